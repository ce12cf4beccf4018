"""Stage 4: writes the model file that the engine reads."""
import pathlib

import numpy as np

from .modelfile import write_model
from .tokenizer import load_tokenizer
from .transformer import load_transformer


def arguments(parser):
    parser.add_argument("--tokenizer", required=True, help="tokenizer.pt of stage 2")
    parser.add_argument("--transformer", required=True, help="transformer.pt of stage 3")
    parser.add_argument("--out", required=True, help="the model file, NAME.safetensors")
    parser.add_argument("--name", default="landscape")
    parser.add_argument("--source", default="trained by python3 -m training")
    parser.add_argument("--licence", default="CC-BY-SA-4.0")
    types = parser.add_mutually_exclusive_group()
    types.add_argument("--float32", action="store_true", help="no binary16")
    types.add_argument("--int8", action="store_true",
                       help="the transformer's matrices in 8 bits, with scales")


def run(options):
    tokenizer = load_tokenizer(options.tokenizer)
    transformer, labels, _ = load_transformer(options.transformer, tokenizer)
    n = write_model(options.out, tokenizer, transformer, labels,
                    np.float32 if options.float32 else np.float16, options.int8,
                    name=options.name, source=options.source, licence=options.licence)
    size = pathlib.Path(options.out).stat().st_size
    print(f"{options.out}: {n} tensors, {size / (1 << 20):.1f} MiB")
