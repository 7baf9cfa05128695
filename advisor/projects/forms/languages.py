"""Which languages are known, by name and code? ISO 639-1, in English.

Typed as a name or a code, stored as the code, shown as the name.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# fmt: off
NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani",
    "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "ig": "Igbo", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "ky": "Kyrgyz", "la": "Latin",
    "lb": "Luxembourgish", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian",
    "mg": "Malagasy", "mi": "Maori", "mk": "Macedonian", "ml": "Malayalam",
    "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "my": "Burmese",
    "nb": "Norwegian Bokmål", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk",
    "no": "Norwegian", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sq": "Albanian",
    "sr": "Serbian", "su": "Sundanese", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog",
    "tr": "Turkish", "tt": "Tatar", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "xh": "Xhosa", "yi": "Yiddish", "yo": "Yoruba", "zh": "Chinese",
    "zu": "Zulu",
}
# fmt: on
CODES = {name.casefold(): code for code, name in NAMES.items()}
MOST = 20


def language_name(code: str) -> str:
    """Return the name of a language, the code itself where it has none here."""
    return NAMES.get(code, code)


class LanguagesField(forms.CharField):
    """Names of languages with commas between; a list of codes."""

    def to_python(self, value: Any) -> Any:
        """Return the codes once each; of an unknown name the nearest is told."""
        text = super().to_python(value) or ""
        parts = [part.strip() for part in text.replace(";", ",").split(",")]
        codes = list(dict.fromkeys(_code(part) for part in parts if part))
        if len(codes) > MOST:
            raise ValidationError(f"Name at most {MOST} languages, not {len(codes)}")
        return codes

    def prepare_value(self, value: Any) -> Any:
        """Return stored codes as the names that are typed."""
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        return ", ".join(map(language_name, value)) if listed else value


def _code(part: str) -> str:
    folded = part.casefold()
    if folded in NAMES:
        return folded
    if folded in CODES:
        return CODES[folded]
    near = get_close_matches(folded, CODES, n=1, cutoff=0.6)
    hint = f" Did you mean {NAMES[CODES[near[0]]]}?" if near else ""
    raise ValidationError(f"We do not know “{part[:40]}”.{hint}")
