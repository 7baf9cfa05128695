"""What is a rule's value called in a sentence? No sentence shows a raw key."""

HOSTING = {
    "device": "on the device",
    "own_server": "on premises",
    "private_cloud": "in a private cloud",
    "public_api": "through a vendor API",
}
# SPDX identifiers as their owners write them; setups have them in lower case.
LICENCES = {
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "gpl-3.0": "GPL-3.0",
    "lgpl-3.0": "LGPL-3.0",
    "mit": "MIT",
    "mpl-2.0": "MPL-2.0",
}
LANGUAGES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
CAPITALS = ("nvidia", "amd", "cpu", "gpu", "tpu", "aws", "rtx")


def spoken(rule: str, value: str) -> str:
    """Return one value of the rule ``rule`` as a sentence has it."""
    if rule == "hosting":
        return HOSTING.get(value, value.replace("_", " "))
    if rule == "licences":
        return LICENCES.get(value, value)
    if rule == "languages":
        return LANGUAGES.get(value, value)
    if rule == "hardware":
        return " ".join(map(_part, value.split("-")))
    return value


def _part(word: str) -> str:
    """Return a word of a machine's name: makers and type numbers in capitals."""
    typed = len(word) < 6 and any(sign.isdigit() for sign in word) and "gb" not in word
    return word.upper() if word in CAPITALS or typed else word
