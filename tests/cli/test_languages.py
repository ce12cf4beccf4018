"""The command speaks the person's language; programs get the same bytes in every language.

A language is asked for by LANGUAGE, which counts only beside a locale that is neither C nor C.UTF-8, and a fresh machine has no
other: one is made here. It writes numbers with a comma, as many do."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import png
from harness import HOLE, TESSERA, environment, main, photo, read_bytes, run, test, complete

CATALOGUES = pathlib.Path(TESSERA).parents[1] / 'po'
SAYS = {
    'de': 'compleet: Diesen Befehl gibt es nicht. War complete gemeint?',
    'es': 'compleet: no existe esa orden. ¿Quería decir complete?',
    'fr': 'compleet\u00a0: cette commande n’existe pas. Vouliez-vous dire complete\u202f?',
    'ja': 'compleet：このようなコマンドはありません。complete のことですか？',
    'zh_CN': 'compleet：没有这个命令。您是想用 complete 吗？',
}
ENGLISH = 'compleet: there is no such command. Did you mean complete?'


def speaking(language):
    if not os.path.exists('locale/comma/LC_NUMERIC'):
        os.makedirs('locale')
        pathlib.Path('comma').write_text('LC_NUMERIC\ndecimal_point ","\nthousands_sep "."\ngrouping 3;3\nEND LC_NUMERIC\n')
        subprocess.run(['localedef', '-c', '--no-archive', '-i', 'comma', 'locale/comma'], capture_output=True)
    return {'LOCPATH': os.path.abspath('locale'), 'LC_ALL': '', 'LANG': 'comma', 'LC_CTYPE': 'C.UTF-8', 'LANGUAGE': language}


def last_word(language, program=TESSERA):
    done = subprocess.run([program, 'compleet'], capture_output=True, env=dict(environment(), **speaking(language)))
    assert done.returncode == 2, done.returncode
    return done.stderr.decode().removeprefix('tessera: E-USAGE: ').rstrip('\n')


@test
def every_language_is_spoken():
    linguas = pathlib.Path(__file__).parents[2].joinpath('po/LINGUAS').read_text().split()
    assert sorted(SAYS) == sorted(linguas), linguas
    for language, sentence in SAYS.items():
        assert last_word(language) == sentence, (language, last_word(language))
    assert last_word('xx') == ENGLISH, last_word('xx')


@test
def counts_have_plural_forms():
    png.write('in.png', photo(53, 75, 3, 8))
    for n, language, words in ((1, 'de', '1 Variante '), (2, 'de', '2 Varianten '), (2, 'ja', '候補 2 件 ')):
        told = complete('in.png', HOLE, '-n', n, '-f', '-o', 'out.png', env=speaking(language)).stderr.decode()
        assert words in told and re.search(r' \d+\.\d (s|秒) ', told), told


@test
def a_moved_installation_finds_its_language():
    os.mkdir('bin')
    shutil.copy(TESSERA, 'bin/tessera')
    assert last_word('de', 'bin/tessera') == ENGLISH
    shutil.copytree(CATALOGUES / 'de', 'share/locale/de')
    assert last_word('de', 'bin/tessera') == SAYS['de']


@test
def programs_read_the_same_everywhere():
    png.write('in.png', photo(53, 75, 3, 8))
    wanted = {}
    for language in (None, 'de', 'ja'):
        env = speaking(language) if language else {}
        complete('in.png', HOLE, '-o', f'{language}.png', '--seed', 7, '--variety', '0.5', env=env)
        served = run('serve', '-m', 'tiny.safetensors', data=b'{"id":1,"op":"bogus"}\n', env=env)
        failed = run('complete', 'nowhere.png', HOLE, '-o', 'o.png', '-m', 'tiny.safetensors', '--json', status=3, env=env)
        messages = [json.loads(line).get('message') for line in (failed.stdout + served.stdout).splitlines()]
        told = [read_bytes(f'{language}.png'), *filter(None, messages), run('document', 'man', env=env).stdout,
                run('info', 'tiny.safetensors', '--labels', env=env).stdout]
        assert told == wanted.setdefault('first', told), (language, told[1:3])
    assert b'0.5' in wanted['first'][0] and 'is none of complete' in wanted['first'][2], wanted['first'][1:3]


if not (CATALOGUES / 'de').exists():
    print('no msgfmt, so no catalogues were built')
    sys.exit(77)
main()
