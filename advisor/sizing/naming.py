"""What is a rule's value called in a sentence? No sentence shows a raw key."""

HOSTING = {
    "device": "on the device",
    "own_server": "on premises",
    "private_cloud": "in a private cloud",
    "public_api": "through a vendor API",
}
# As their owners write them; setups and cards have them as ids in lower case.
LICENCES = {
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "falcon-llm-2.0": "Falcon LLM 2.0",
    "gemma": "Gemma terms",
    "gpl-3.0": "GPL-3.0",
    "lfm-open-1.0": "LFM Open 1.0",
    "lgpl-3.0": "LGPL-3.0",
    "llama-3.1-community": "Llama 3.1 licence",
    "llama-3.2-community": "Llama 3.2 licence",
    "llama-3.3-community": "Llama 3.3 licence",
    "mistral-research": "Mistral Research",
    "mit": "MIT",
    "mpl-2.0": "MPL-2.0",
    "proprietary": "Proprietary",
    "qwen": "Qwen licence",
    "qwen-research": "Qwen Research",
}
# What model hubs call those that are called otherwise here.
HUB_LICENCES = {
    "falcon-llm-license": "falcon-llm-2.0",
    "lfm1.0": "lfm-open-1.0",
    "llama3.1": "llama-3.1-community",
    "llama3.2": "llama-3.2-community",
    "llama3.3": "llama-3.3-community",
    "mrl": "mistral-research",
}
LICENCE_IDS = {
    **HUB_LICENCES,
    **{name.casefold(): key for key, name in LICENCES.items()},
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
        return licence(value)
    if rule == "languages":
        return LANGUAGES.get(value, value)
    if rule == "hardware":
        return " ".join(map(_part, value.split("-")))
    return value


def licence(value: str) -> str:
    """Return the name of a licence, by its id or as it is where none is known."""
    return LICENCES.get(value.casefold(), value)


def licence_id(text: str) -> str:
    """Return the id of a licence that is called so, else the text as it is."""
    return LICENCE_IDS.get(text.casefold(), text)


def _part(word: str) -> str:
    """Return a word of a machine's name: makers and type numbers in capitals."""
    typed = len(word) < 6 and any(sign.isdigit() for sign in word) and "gb" not in word
    return word.upper() if word in CAPITALS or typed else word
