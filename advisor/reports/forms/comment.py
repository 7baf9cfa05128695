"""What may a comment be? A few plain words."""

from django import forms

from advisor.web.forms import HouseForm


class CommentForm(HouseForm):
    """Plain text; nothing in it is read as markup."""

    text = forms.CharField(
        label="Your comment",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write something first"},
    )
