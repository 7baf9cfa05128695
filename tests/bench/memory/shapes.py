"""Small models of several architectures, and the work they are measured at."""

SMALL = {
    "vocab_size": 32_000,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
    "eos_token_id": None,
}
SHAPES = {
    "llama": SMALL
    | {
        "hidden_size": 512,
        "intermediate_size": 1408,
        "num_hidden_layers": 12,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
    },
    "qwen3": SMALL
    | {
        "vocab_size": 151_936,
        "hidden_size": 384,
        "intermediate_size": 1536,
        "num_hidden_layers": 8,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 64,
    },
    "gemma3_text": SMALL
    | {
        "vocab_size": 100_000,
        "hidden_size": 640,
        "intermediate_size": 2048,
        "num_hidden_layers": 12,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 256,
        "sliding_window": 128,
    },
    "mistral": SMALL
    | {
        "hidden_size": 640,
        "intermediate_size": 1792,
        "num_hidden_layers": 10,
        "num_attention_heads": 10,
        "num_key_value_heads": 2,
        "sliding_window": 256,
    },
    "granite": SMALL
    | {
        "vocab_size": 49_152,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 14,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
    },
    "olmo2": SMALL
    | {
        "vocab_size": 100_352,
        "hidden_size": 512,
        "intermediate_size": 2048,
        "num_hidden_layers": 12,
        "num_attention_heads": 8,
    },
    "smollm3": SMALL
    | {
        "vocab_size": 128_256,
        "hidden_size": 512,
        "intermediate_size": 1536,
        "num_hidden_layers": 12,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
    },
    "phi3": SMALL
    | {
        "hidden_size": 768,
        "intermediate_size": 2048,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "num_key_value_heads": 12,
        "pad_token_id": 0,
    },
    "gpt_neox": SMALL
    | {
        "hidden_size": 512,
        "intermediate_size": 2048,
        "num_hidden_layers": 10,
        "num_attention_heads": 8,
    },
    "deepseek_v3": SMALL
    | {
        "hidden_size": 512,
        "intermediate_size": 1536,
        "moe_intermediate_size": 256,
        "num_hidden_layers": 6,
        "first_k_dense_replace": 3,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "n_group": 2,
        "topk_group": 1,
        "num_attention_heads": 8,
        "num_key_value_heads": 8,
        "q_lora_rank": 192,
        "kv_lora_rank": 128,
        "qk_rope_head_dim": 32,
        "qk_nope_head_dim": 64,
        "v_head_dim": 64,
    },
    "qwen3_next": SMALL
    | {
        "hidden_size": 512,
        "intermediate_size": 1408,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "linear_num_value_heads": 8,
        "linear_num_key_heads": 4,
        "linear_key_head_dim": 64,
        "linear_value_head_dim": 64,
        "num_experts": 8,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 256,
        "shared_expert_intermediate_size": 256,
    },
}
# shape, stored, run, sequences, prompt, output
FITTED_ON = [
    ("llama", "fp32", "fp32", 1, 64, 8),
    ("llama", "fp32", "fp32", 16, 256, 16),
    ("llama", "bf16", "bf16", 8, 768, 4),
    ("qwen3", "fp32", "fp32", 4, 256, 8),
    ("qwen3", "bf16", "bf16", 8, 512, 4),
    ("gemma3_text", "fp32", "fp32", 4, 512, 8),
    ("gpt_neox", "fp32", "fp32", 4, 640, 4),
    ("deepseek_v3", "bf16", "bf16", 8, 512, 4),
    ("qwen3_next", "fp32", "fp32", 2, 512, 4),
]
TESTED_ON = [
    ("llama", "fp32", "fp32", 8, 768, 4),
    ("llama", "fp32", "fp32", 1, 1536, 8),
    ("llama", "fp32", "bf16", 8, 512, 8),
    ("qwen3", "fp32", "fp32", 8, 512, 4),
    ("gemma3_text", "fp32", "fp32", 4, 384, 4),
    ("gemma3_text", "bf16", "bf16", 8, 384, 4),
    ("gpt_neox", "fp32", "fp32", 8, 256, 16),
    ("gpt_neox", "bf16", "bf16", 4, 640, 4),
    ("deepseek_v3", "fp32", "fp32", 4, 384, 8),
    ("qwen3_next", "fp32", "fp32", 4, 256, 8),
    ("mistral", "fp32", "fp32", 6, 448, 6),
    ("granite", "fp32", "fp32", 10, 320, 8),
    ("olmo2", "bf16", "bf16", 6, 600, 6),
    ("smollm3", "fp32", "fp32", 3, 900, 6),
    ("phi3", "bf16", "bf16", 12, 200, 10),
]
