"""How do people look after their own account?"""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from advisor.accounts import pages, selectors, services
from advisor.accounts.access import SignedInRequest
from advisor.accounts.forms import DeleteAccountForm, ProfileForm
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@read_or_post
def profile(request: SignedInRequest) -> HttpResponse:
    """Show and change what a person is called."""
    form = ProfileForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        request.user.name = form.cleaned_data["name"]
        request.user.save(update_fields=["name"])
        messages.success(request, "Your name is saved.")
        return redirect("accounts:profile")
    page = pages.FormPage(title="Your account", form=form)
    status = 422 if form.is_bound else 200
    return render_page(request, "accounts/profile.html", page, status=status)


@login_required
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """Show where a person is signed in."""
    page = pages.sessions_page(request.user, request.session.session_key)
    return render_page(request, "accounts/sessions.html", page)


@login_required
@require_POST
def end_session(request: SignedInRequest, session: int) -> HttpResponse:
    """Sign one of the person's browsers out."""
    own = selectors.sessions_of(request.user)
    found = next((one for one in own if one.pk == session), None)
    if found is None:
        raise Http404
    services.end_session(session=found, by=request.user)
    messages.success(request, "That browser is signed out.")
    return redirect("accounts:sessions")


@login_required
@require_POST
def end_others(request: SignedInRequest) -> HttpResponse:
    """Sign a person out everywhere but here."""
    services.end_other_sessions(user=request.user, keep=request.session.session_key)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("accounts:sessions")


@login_required
@read_or_post
def delete(request: SignedInRequest) -> HttpResponse:
    """Ask for the person's address; delete the account when it is typed."""
    form = DeleteAccountForm(request.POST or None)
    if form.is_valid():
        try:
            services.delete_account(
                user=request.user, typed_email=form.cleaned_data["email"]
            )
        except services.DeletionRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("home")
    page = pages.delete_account_page(request.user, form)
    status = 422 if form.errors else 200
    return render_page(request, "accounts/account_delete.html", page, status=status)
