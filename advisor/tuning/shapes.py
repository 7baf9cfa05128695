"""How large is a model made from nothing, and with which tokenizer?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

PAD, BOS, USER, ASSISTANT, END = (
    "<|pad|>",
    "<|bos|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
)
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'assistant' %}"
    "<|assistant|>{{ m['content'] }}<|end|>{% else %}<|user|>{{ m['content'] }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


# Stands, with a space, between one of these signs and a word right behind it.
JOINT = "\uf8f0"
_SIGNS = '"\n([{<-/.:,;@_#+=*&$€£¥'


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Hold the size of a Llama-class model with tied embeddings.

    `spread` is the standard deviation of the first weights.
    """

    layers: int
    width: int
    heads: int
    mlp: int
    context: int = 512
    spread: float = 0.05


def train_tokenizer(
    texts: Iterable[str], size: int, *, one_form: bool = False
) -> PreTrainedTokenizerFast:
    """Learn a byte-level BPE vocabulary of `size` tokens, digits one by one.

    With `one_form` a word is the same tokens after a quote, a bracket or a line's end
    as after a space, so that what is copied from a text into JSON is copied unchanged.
    """
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    if one_form:
        _join_words(bpe)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, BOS, USER, ASSISTANT, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bpe,
        bos_token=BOS,
        eos_token=END,
        pad_token=PAD,
        padding_side="left",
        model_max_length=Shape.__dataclass_fields__["context"].default,
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _join_words(bpe: Tokenizer) -> None:
    """Put a joint and a space between a sign and its word; take both out again."""
    bpe.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(
                Regex(f"{re.escape(sign)}(?=\\p{{L}})"), f"{sign}{JOINT} "
            )
            for sign in _SIGNS
        ]
    )
    joints = [decoders.Replace(f"{JOINT} ", ""), decoders.Replace(JOINT, "")]
    bpe.decoder = decoders.Sequence([decoders.ByteLevel(), *joints])


def new_model(shape: Shape, tokenizer: Any, seed: int) -> LlamaForCausalLM:
    """Make an untrained model; the same seed gives the same weights.

    Attention is eager: on a CPU the backward pass of the fused kernel is slower for
    short sequences.
    """
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        intermediate_size=shape.mlp,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        initializer_range=shape.spread,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    config._attn_implementation = "eager"
    return LlamaForCausalLM(config)
