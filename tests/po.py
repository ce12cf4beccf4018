#!/usr/bin/env python3
"""po/: every message is there in every language, as its readers write it, and no two letters of the window clash."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

LANGUAGES = pathlib.Path('po/LINGUAS').read_text().split()
ALWAYS = ('_Selection', 'E_xtend', '_Labels', '_Help', '_Apply', '_Close', '_Variations', 'Va_riety', 'La_bel layer',
          '_Edges', 'S_often', '_Match edge colors', '_Detail', 'Borro_w texture', 'Match grai_n', 'E_ffort')
MODES = {'Selection': ('_Use', 'Fill _in'), 'Extend': ('_Use', 'T_ype', '_Keep sides equal', 'Rat_io'),
         'Labels': ('_Paint',)}
TOGETHER = {f'{mode}, {button}': ALWAYS + own + (button,) for mode, own in MODES.items()
            for button in ('_Generate', '_Generate More', 'S_top')}
VARIATION = ('More _Like This', 'Make the Selected _Part Anew', '_Apply', 'Use These Se_ttings', 'Copy _Recipe',
             'Sa_ve as PNG…', '_Discard')
TOGETHER['a variation\'s menu'] = VARIATION + ('_Star',)
TOGETHER['the menu of one with a star'] = VARIATION + ('Remove _Star',)
TOGETHER['the window\'s menu'] = ('Use Se_ttings of This Variation', 'Copy _Recipe', '_Paste Recipe', 'Show Rows _While Working',
                                 'Show _Cells', 'Show _Hints', 'H_elp', '_Keyboard Shortcuts', 'Copy _Details', '_About Tessera')
TOGETHER['saving'] = ('_Save', '_Cancel')
TOGETHER['closing'] = ('_Discard', '_Cancel', '_Apply Best')
TOGETHER['choosing a file'] = ('_Open', '_Cancel')
ARGUMENTS = ('_Variations', 'See_d', 'Variet_y', 'Pu_t into', '_Use', 'La_bel layer', 'So_ften', '_Match edge colors',
             'Borro_w texture', 'Match grai_n', '_Effort', 'Likeliest contents (_k)', 'Likeliest share (_p)')
TOGETHER['GIMP\'s dialog of a selection'] = ARGUMENTS + ('Fill _in',)
TOGETHER['GIMP\'s dialog of labels'] = ARGUMENTS + ('Pa_int',)
TOGETHER['GIMP\'s dialog of a recipe'] = ('C_hange', '_Amount', '_Variations', '_Generate')
TOGETHER['GIMP\'s dialog of a label layer'] = ('_Name', '_Opacity', '_Generate')
TOGETHER['GIMP\'s menu'] = ('_Complete Selection…', '_Extend Canvas…', '_Paint from Labels…', 'New _Label Layer',
                            '_Redo Completion…', '_About Tessera…')
ROOMS = ('ui', 'plugin', 'cli', 'engine')
WIDE = ('zh_CN', 'ja')  # their letters stand behind the word: 关闭(_C)
ENDS = {'.': '.。', ':': ':：', '?': '?？', '!': '!！', '…': '…', ',': ',，、', ';': ';；'}
# Words that are the same in English and another language.
SAME = {
    'de': {'Normal', '_Name', 'Sand', 'Tokenizer'},
    'fr': {'Normal', 'licence', 'Image', '_Variations', 'Variations', 'T_ype', '_Effort', 'Menu', '%d variation', '%d variations',
           '%1$d × %2$d pixels'},
    'es': {'Normal', '%d tokens: --prefix'}, 'zh_CN': set(), 'ja': set()}
# What may not stand in a language, and why.
FAULTY = {
    'de': ((' %%', 'no U+00A0 before %'), ('["“”]', 'quotes are »...«'), (r'\w\.\.\.$', 'an ellipsis is one letter')),
    'fr': (("'", 'an apostrophe is ’'), ('["“”]', 'quotes are « ... »'),
           ('«(?!\u00a0)|(?<!\u00a0)»', 'no U+00A0 inside quotes'),
           (' ([;:!?]|%%)', 'a common blank before ; : ! ? %'),
           ('[a-zà-ÿ][;!?](?![a-z])', 'no U+202F before ; ! ?')),
    'es': ((' %%', 'no U+00A0 before %'), ('["“”]', 'quotes are «...»'), (r'^[^¿]*\?', 'no ¿ before ?'), (r'^[^¡]*!', 'no ¡ before !')),
    'zh_CN': (('[ \u00a0]%%', 'a blank before %'), (r'[\u3040-\u30ff]', 'kana'), (r'[\u4e00-\u9fff] ?[,;!?](?!\w)', 'a narrow , ; ! ?'),
              (r'[\u4e00-\u9fff][.:](?!\w)', 'a narrow . :'), ('["「」]', 'quotes are “...”'),
              (r'[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]', 'no blank between Chinese and Latin')),
    'ja': (('[ \u00a0]%%', 'a blank before %'), (r'[\u3040-\u30ff\u4e00-\u9fff] ?[,;!?](?!\w)', 'a narrow , ; ! ?'), ('["“”]', 'quotes are 「...」'),
           (r'[\u3040-\u30ff\u4e00-\u9fff][.:](?!\w)', 'a narrow . :'),
           (r'[\u3040-\u30ff\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u3040-\u30ff\u4e00-\u9fff]',
            'no blank between Japanese and Latin'))}
KEYWORDS = ('_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3')


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
    found = re.findall(r'%(?:(\d+)\$)?[-+#0 ]*[\d.*]*((?:l|h|z)*[diouxXeEfgGcs%])', text)
    arguments = [(at, kind) for at, kind in found if kind != '%']
    return sorted((int(at or i + 1), kind) for i, (at, kind) in enumerate(arguments))


def letter(text):
    """What is pressed with Alt; no names such as TESSERA_MODEL."""
    found = re.search(r'(?<![A-Z]{3})(?<!png)_(\w)', text)
    return found and found[1].lower()


def of_sources():
    sources = [line for line in pathlib.Path('po/POTFILES').read_text().split('\n') if line and line[0] != '#']
    present = sorted(str(p) for room in ROOMS for p in pathlib.Path(room).rglob('*.c')
                     if re.search(r'\bN?C?_ \(', p.read_text()))
    if sorted(sources) != present:
        sys.exit(f'po/POTFILES: not the files with messages: {sorted(set(sources) ^ set(present))}')
    foreign = [file for file in sources if re.search(r'\bd?n?gettext \(', pathlib.Path(file).read_text())]
    if foreign:
        sys.exit(f'{foreign}: gettext and ngettext ask the domain of the program, which is another inside GIMP; g_dngettext')
    with tempfile.TemporaryDirectory() as folder:
        pot = pathlib.Path(folder, 'tessera.pot')
        subprocess.run(['xgettext', '--language=C', '--from-code=UTF-8', '-o', pot,
                        *(f'--keyword={k}' for k in KEYWORDS), *sources], check=True)
        return messages(pot.read_text(encoding='utf8'))


def width(text):
    """Columns, as a window lays them out: a Chinese letter is as wide as two Latin ones."""
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in re.sub(r'\(_.\)|_', '', text))


def end(text):
    """The mark at its end, whatever letter of a button stands there; '' where there is none."""
    last = re.sub(r'\(_.\)', '', text).rstrip('\n')[-1:]
    return next((mark for mark, forms in ENDS.items() if last and last in forms), '')


def words_of_programs(text):
    """Options, and the codes that errors begin with: no language changes them."""
    return sorted(re.findall(r'(?<![\w-])--[a-z][\w-]*|^[EI]-[A-Z-]+: ', text))


def form_faults(language, text, form):
    """What is wrong with one translation of one message."""
    if bool(letter(text)) != bool(letter(form)):
        yield 'letter'
    if language in WIDE and letter(form) and not re.search(r'[^ ]\(_[A-Z]\)…?$|\(_[A-Z]\)\)$', form):
        yield 'its letter is not (_X) at the end'
    if end(form) != end(text):
        yield 'another mark at the end'
    if '...' in form and '...' not in text or ('…' in text) > ('…' in form):
        yield 'ellipsis'
    if text.count('\n') != form.count('\n') and '\n' in text.strip() and len(text) < 200:
        yield 'other lines'
    if words_of_programs(text) != words_of_programs(form):
        yield 'another option or code'
    if form == text and text not in SAME[language] and re.search('[a-z]{3}', re.sub(r'%[\d$.]*[a-z]|Tessera|min', '', text)):
        yield 'not translated'
    bare = re.sub(r'\(_.\)|\{[^}]*\}', '', form)
    yield from (why for pattern, why in FAULTY[language] if re.search(pattern, bare, re.M))


def entry_faults(language, key, wanted, have):
    plural, forms, flags = have
    if 'fuzzy' in flags or not all(forms):
        yield f'fuzzy or empty: {key[1]!r}'
    for form in forms:
        if placeholders(form) not in (placeholders(key[1]), placeholders(plural or key[1])):
            yield f'other placeholders: {key[1]!r}: {form!r}'
        yield from (f'{why}: {key[1]!r}: {form!r}' for why in form_faults(language, key[1], form))


def window_faults(have):
    """Letters that are the same beside each other, and words that are too long for their place."""
    for place, texts in TOGETHER.items():
        taken = {}
        for text in texts:
            form = have[None, text][1][0] if (None, text) in have else text
            other = taken.setdefault(letter(form), form)
            if other != form:
                yield f'{place}: the same letter: {other!r} and {form!r}'
    for text in {*ALWAYS, *sum(MODES.values(), ()), '_Generate', '_Generate More', 'S_top'}:
        form = have[None, text][1][0] if (None, text) in have else text
        if width(form) > max(1.6 * width(text), width(text) + 8):
            yield f'too long: {text!r}: {form!r}'


def faults(language, wanted):
    file = f'po/{language}.po'
    check = subprocess.run(['msgfmt', '--check', '-o', '/dev/null', file], capture_output=True, text=True)
    if check.returncode:
        yield check.stderr
    have = messages(pathlib.Path(file).read_text(encoding='utf8'))
    yield from (f'not translated: {key[1]!r}' for key in wanted.keys() - have.keys())
    yield from (f'not in the sources: {key[1]!r}' for key in have.keys() - wanted.keys())
    for key in wanted.keys() & have.keys():
        yield from entry_faults(language, key, wanted[key], have[key])
    yield from window_faults(have)
    yield from help_faults(language, have)


def help_faults(language, have):
    """The help page is the English one in other words: the same tags, and buttons by their names."""
    pages = [pathlib.Path(f'docs/help/index{end}.html') for end in ('', '.' + language)]
    if not pages[1].exists():
        return [f'{pages[1]} is missing']
    english, other = (page.read_text() for page in pages)
    tags = [re.findall(r'<(?!html)[^>!]*>', text) for text in (english, other)]
    bare = {re.sub(r'\(_.\)|_', '', text): re.sub(r'\(_.\)|_', '', entry[1][0]) for (_, text), entry in have.items()}
    words = [re.findall('<(?:b|h2)>(.*?)</(?:b|h2)>', text) for text in (english, other)]
    return [f'{pages[1]}: other tags'] * (tags[0] != tags[1]) + [
        f'{pages[1]}: {a!r} is {bare[a]!r} in the window, {b!r} here' for a, b in zip(*words) if bare.get(a, b) != b] + [
        f'{pages[1]}: {why}' for pattern, why in FAULTY[language]
        for text in re.findall('>([^<]{2,})<', other[other.index('<body>'):]) if re.search(pattern, text)]


def main():
    wanted, bad = of_sources(), 0
    names = {label['name'] for label in json.loads(pathlib.Path('data/labels.json').read_text())['labels']}
    absent = {text for texts in TOGETHER.values() for text in texts} - {key[1] for key in wanted}
    if absent:
        sys.exit(f'tests/po.py names what the window does not say: {sorted(absent)}')
    if names != {text for context, text in wanted if context == 'label'}:
        sys.exit('ui/labels_page.c marks other labels than data/labels.json has')
    for language in LANGUAGES:
        for fault in faults(language, wanted):
            print(f'{language}: {fault}')
            bad += 1
    print(f'{len(wanted)} messages, {len(LANGUAGES)} languages, {bad} faults')
    sys.exit(bad != 0)


main()
