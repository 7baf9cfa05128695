"""What is a vendor called? Imported price lists have ids, people read names."""

NAMES = {
    "amazon": "Amazon",
    "amazon-bedrock": "Amazon Bedrock",
    "anthropic": "Anthropic",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "fireworks": "Fireworks AI",
    "google": "Google",
    "groq": "Groq",
    "mistral": "Mistral AI",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "togetherai": "Together AI",
}


def vendor_name(vendor: str) -> str:
    """Return the name of a vendor, or what was typed where no name is known."""
    return NAMES.get(vendor, vendor)
