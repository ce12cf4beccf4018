#!/usr/bin/env python3
"""po/: every message of the window and the plug-in is there in every language, and none of its letters clashes."""
import pathlib
import re
import subprocess
import sys
import tempfile

LANGUAGES = pathlib.Path('po/LINGUAS').read_text().split()
ALWAYS = ('_Selection', 'E_xtend', '_Labels', '_Help', '_Apply', '_Close', '_Variations', 'Va_riety', 'La_bel layer',
          '_Edges', 'S_often', '_Match edge colors', '_Detail', 'Borro_w texture', 'Match grai_n', 'E_ffort')
MODES = {'Selection': ('_Use', 'Fill _in'), 'Extend': ('_Use', 'T_ype', '_Keep sides equal', 'Rat_io'),
         'Labels': ('_Paint',)}
TOGETHER = {f'{mode}, {button}': ALWAYS + own + (button,) for mode, own in MODES.items()
            for button in ('_Generate', '_Generate More', 'S_top')}
TOGETHER['a variation\'s menu'] = ('More _Like This', '_Apply', '_Star', 'Use These Se_ttings', 'Copy _Recipe',
                                   '_Discard')
TOGETHER['closing'] = ('_Discard', '_Cancel', '_Apply Best')
TOGETHER['choosing a file'] = ('_Open', '_Cancel')
KEYWORDS = ('_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'ngettext:1,2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3')


def messages(text):
    """{(context, message): (plural, [translations], flags)} of a catalogue's text."""
    found = {}
    for block in re.split(r'\n\s*\n', text.strip()):
        entry, at, flags = {}, None, ''
        for line in block.split('\n'):
            if line.startswith('#'):
                flags += line if line.startswith('#,') else ''
                continue
            keyword, _, rest = line.partition(' ')
            if not line.startswith('"'):
                at, line = keyword, rest
                entry[at] = ''
            entry[at] += line[1:-1].replace('\\"', '"').replace('\\n', '\n').replace('\\\\', '\\')
        if entry.get('msgid'):
            found[entry.get('msgctxt'), entry['msgid']] = (
                entry.get('msgid_plural'), [v for k, v in entry.items() if k.startswith('msgstr')], flags)
    return found


def placeholders(text):
    """[(position, conversion)] in the order of the arguments."""
    found = re.findall(r'%(?:(\d+)\$)?[-+#0 ]*[\d.]*((?:l|h)*[diouxXeEfgGcs%])', text)
    arguments = [(at, kind) for at, kind in found if kind != '%']
    return sorted((int(at or i + 1), kind) for i, (at, kind) in enumerate(arguments))


def letter(text):
    at = text.find('_')
    return text[at + 1].lower() if 0 <= at < len(text) - 1 else None


def of_sources():
    sources = [line for line in pathlib.Path('po/POTFILES').read_text().split('\n') if line and line[0] != '#']
    present = sorted(str(p) for room in ('ui', 'plugin') for p in pathlib.Path(room).glob('*.c')
                     if re.search(r'\bN?C?_ \(', p.read_text()))
    if sorted(sources) != present:
        sys.exit(f'po/POTFILES: not the files with messages: {sorted(set(sources) ^ set(present))}')
    with tempfile.TemporaryDirectory() as folder:
        pot = pathlib.Path(folder, 'tessera.pot')
        subprocess.run(['xgettext', '--language=C', '--from-code=UTF-8', '-o', pot,
                        *(f'--keyword={k}' for k in KEYWORDS), *sources], check=True)
        return messages(pot.read_text(encoding='utf8'))


def faults(language, wanted):
    file = f'po/{language}.po'
    check = subprocess.run(['msgfmt', '--check', '-o', '/dev/null', file], capture_output=True, text=True)
    if check.returncode:
        yield check.stderr
    have = messages(pathlib.Path(file).read_text(encoding='utf8'))
    yield from (f'not translated: {key[1]!r}' for key in wanted.keys() - have.keys())
    yield from (f'not in the sources: {key[1]!r}' for key in have.keys() - wanted.keys())
    for key in wanted.keys() & have.keys():
        plural, forms, flags = have[key]
        if 'fuzzy' in flags or not all(forms):
            yield f'fuzzy or empty: {key[1]!r}'
        for form in forms:
            if placeholders(form) not in (placeholders(key[1]), placeholders(plural or key[1])):
                yield f'other placeholders: {key[1]!r}: {form!r}'
            if bool(letter(key[1])) != bool(letter(form)):
                yield f'letter: {key[1]!r}: {form!r}'
    for place, texts in TOGETHER.items():
        taken = {}
        for text in texts:
            form = have[None, text][1][0] if (None, text) in have else text
            other = taken.setdefault(letter(form), form)
            if other != form:
                yield f'{place}: the same letter: {other!r} and {form!r}'


def main():
    wanted, bad = of_sources(), 0
    absent = {text for texts in TOGETHER.values() for text in texts} - {key[1] for key in wanted}
    if absent:
        sys.exit(f'tests/po.py names what the window does not say: {sorted(absent)}')
    for language in LANGUAGES:
        for fault in faults(language, wanted):
            print(f'{language}: {fault}')
            bad += 1
    print(f'{len(wanted)} messages, {len(LANGUAGES)} languages, {bad} faults')
    sys.exit(bad != 0)


main()
