"""Checks that people are told in their language what is wrong, and that scripts still find the code."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

SENTENCES = {
    'E-EMPTY-HOLE': 'Nothing is selected. Select what should be replaced.',
    'E-NO-TRANSPARENT': 'This picture has no empty area.',
    'E-NO-MARGIN': 'Nothing to extend: all four margins are 0.',
    'E-NO-LABELS': 'Choose a label layer, or make one with New Label Layer.',
    'E-LOCKED': 'The layer "%s" is locked. Unlock its pixels, or put the result into a new layer.'}


def translations():
    """Messages of the German catalogue."""
    found, key, text = {}, None, None
    with open('po/de.po', encoding='utf-8') as catalogue:
        for line in list(catalogue) + ['\n']:
            word, _, rest = line.strip().partition(' ')
            if word in ('msgid', 'msgstr'):
                key, text = (None, rest[1:-1]) if word == 'msgid' else (text, rest[1:-1])
            elif line.startswith('"'):
                text += line.strip()[1:-1]
            elif not line.strip() and key:
                found[key.replace('\\"', '"')] = text.replace('\\"', '"')
                key = None
    return found


def main():
    german = translations()
    image = photo(1040, 880, 120, 90)
    base = image.get_layers()[0]

    def says(code, procedure='complete', **arguments):
        message = call(procedure, image, [base], **arguments).message
        ought = '%s: %s' % (code, german[SENTENCES[code]])
        check('%s in German' % code, message == ought.replace('%s', base.get_name())
              and german[SENTENCES[code]] != SENTENCES[code], (message, ought))
    says('E-EMPTY-HOLE')
    says('E-NO-TRANSPARENT', region='transparent')
    says('E-NO-MARGIN', 'extend-canvas')
    says('E-NO-LABELS', 'paint-labels')
    rectangle(image, 40, 30, 20, 20)
    base.set_lock_content(True)
    says('E-LOCKED', output='merge')
    answer = complete(image, [base], seed=5, variety=1.5)
    check('the layers have German names', (answer.group.get_name(), answer.layers()[0].get_name())
          == (german['Completion %d'].replace('%d', '1'),
              german['Variation %1$d, seed %2$s'].replace('%1$d', '1').replace('%2$s', '5')),
          (answer.group.get_name(), answer.layers()[0].get_name()))
    check('numbers stay as JSON has them', json.loads(answer.recipe)['sampling']['variety'] == 1.5
          and answer.report['seconds']['total'] > 0, answer.recipe)
    image.delete()


main()
finish()
