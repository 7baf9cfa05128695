"""Make the model of the bench: a random Llama of 27 million parameters.

`python -m tests.bench.local_engine.model FOLDER`, in a process of its own.
"""

import sys

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tests.bench.local_engine.workloads import WORDS

SHAPE = {
    "vocab_size": WORDS,
    "hidden_size": 384,
    "intermediate_size": 1280,
    "num_hidden_layers": 8,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "tie_word_embeddings": True,
}
SPREAD = 0.05


def build(folder):
    """Save the model and its word-level tokenizer."""
    torch.manual_seed(0)
    config = LlamaConfig(**SHAPE, bos_token_id=None, eos_token_id=None, pad_token_id=0)
    model = LlamaForCausalLM(config)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=SPREAD)
    # Without an end token, here and below, an answer is as long as it is asked to be.
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder)
    save_tokenizer(folder)


def save_tokenizer(folder):
    """Save the tokenizer whose word number n is the token n."""
    listed = {f"w{number}": number for number in range(WORDS)}
    raw = Tokenizer(models.WordLevel(listed, unk_token="w0"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="w0")
    made.save_pretrained(folder)


if __name__ == "__main__":
    build(sys.argv[1])
