"""python3 -m training STAGE; --help lists the stages."""
import argparse
import importlib
import sys

STAGES = {"prepare": "pack photographs and label maps into one folder",
          "tokenizer": "train encoder, codebook and decoder",
          "transformer": "train the fill transformer over a finished tokenizer",
          "export": "write the model file",
          "colour": "write the colours of data/labels.json into a model file; weights stay",
          "evaluate": "complete validation photographs and write a contact sheet",
          "recipe": "all stages with the settings of a machine, in calls that go on",
          "golden": "write the golden cases of the fill model for the engine's tests",
          "smoke": "run all stages on tiny pictures made here and check them"}


def main():
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = parser.add_subparsers(dest="stage", required=True)
    modules = {}
    for name, about in STAGES.items():
        modules[name] = importlib.import_module("training." + name)
        modules[name].arguments(commands.add_parser(name, help=about, description=about))
    options = parser.parse_args()
    sys.exit(modules[options.stage].run(options))


if __name__ == "__main__":
    main()
