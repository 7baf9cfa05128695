"""Tiny models with random weights, made in a fraction of a second, for tests."""

import json
from pathlib import Path

_TEXT = (
    "please refund my order the parcel never came my card was charged twice I want to"
    " change the address of delivery thank you best regards invoice number total due"
)
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONTROLS = ["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"]


def make_model(
    folder: Path,
    kind: str = "llama",
    *,
    chat: bool = False,
    context: int = 512,
    seed: int = 0,
    size: int = 64,
    layers: int = 2,
    **extra: object,
) -> Path:
    """Save a random model of an architecture, with a byte-level tokenizer."""
    import torch
    import transformers

    tokenizer = _tokenizer()
    if chat:
        tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = _config(kind, len(tokenizer), context, size, layers, extra)
    model = transformers.AutoModelForCausalLM.from_config(config)
    # Spread wide, so that the next word depends on what was read and ties are rare.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    return folder


def _tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=CONTROLS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([_TEXT] * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=CONTROLS[2:],
    )


def _config(kind, words, context, size, layers, extra):
    import transformers

    if kind == "gpt2":
        return transformers.GPT2Config(
            vocab_size=words,
            n_positions=context,
            n_embd=size,
            n_layer=layers,
            n_head=4,
            bos_token_id=1,
            eos_token_id=1,
            **extra,
        )
    return transformers.AutoConfig.for_model(
        kind,
        vocab_size=words,
        hidden_size=size,
        intermediate_size=2 * size,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=1,
        eos_token_id=1,
        pad_token_id=0,
        **extra,
    )


def change_json(path: Path, **changes: object) -> None:
    """Change keys of a JSON file."""
    found = json.loads(path.read_text())
    path.write_text(json.dumps({**found, **changes}))
