"""Manual page and completions tell the same as --help, and the shell takes them."""
import re
import subprocess

from harness import environment, main, run, test

COMMANDS = ('complete', 'extend', 'paint', 'reconstruct', 'info', 'import', 'serve')


def document(kind):
    return run('document', kind).stdout.decode()


def options_of(command):
    """Long options of --help, with both forms of those that can be switched off."""
    found = []
    for no, name in re.findall(r'^  (?:-\w, |    )--(\[no-\])?([a-z-]+)', run(command, '--help').stdout.decode(), re.M):
        found += [name, 'no-' + name] if no else [name]
    assert 'help' in found and len(found) > 4, found
    return found


@test
def the_manual_page_has_every_option():
    text = document('man')
    sections = re.split(r'^\.SS tessera ', text, flags=re.M)[1:]
    assert sorted(section.split()[0] for section in sections) == sorted(COMMANDS), len(sections)
    for section in sections:
        plain = section.replace('\\-', '-').replace('\\fB', '').replace('\\fR', '')
        for name in options_of(section.split()[0]):
            shown = '--[no-]' + name[3:] if '--[no-]' + name[3:] in plain else '--' + name
            assert re.search(re.escape(shown) + r'\b', plain) or '--[no-]' + name in plain, (section[:20], name)
    for status in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124, 130, 143):
        assert re.search(rf'^{status} ', text, re.M), status
    for line in text.splitlines():
        assert not line.startswith("'") and (not line.startswith('.') or re.match(r'\.[A-Z]{1,2}\b|\.(nf|fi)', line)), line


def complete_in_bash(*words):
    script = 'source /dev/stdin <<< "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tessera; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(['bash', '--norc', '-c', script, document('bash'), *words], capture_output=True, text=True,
                          env=environment())
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


@test
def bash_completes_commands_options_and_values():
    assert complete_in_bash('tessera', 'com') == ['complete']
    assert set(COMMANDS) <= set(complete_in_bash('tessera', ''))
    for command in COMMANDS:
        offered = complete_in_bash('tessera', command, '--')
        assert sorted(word[2:] for word in offered) == sorted(options_of(command)), command
    assert complete_in_bash('tessera', 'complete', '--effort', 'd') == ['draft']
    assert complete_in_bash('tessera', 'extend', 'in.png', '--anchor', 'top-') == ['top-left', 'top-right']
    open('mask.png', 'w').close()
    assert complete_in_bash('tessera', 'complete', '--mask', 'ma') == ['mask.png']
    assert complete_in_bash('tessera', 'complete', 'ma') == ['mask.png']
    assert complete_in_bash('tessera', 'complete', '--seed', '') == []


@test
def zsh_and_fish_know_every_option():
    zsh, fish = document('zsh'), document('fish')
    for command in COMMANDS:
        part = zsh[zsh.index(f'    {command}) _arguments'):].split(';;')[0]
        lines = [line for line in fish.splitlines() if f"'__fish_seen_subcommand_from {command}'" in line]
        for name in options_of(command):
            assert re.search(rf"'\*--{name}=?\[", part), (command, name)
            assert sum(f' -l {name} ' in line for line in lines) == 1, (command, name)
        assert len(lines) == len(options_of(command)), command


@test
def anything_else_is_refused():
    assert b'E-USAGE' in run('document', 'tcsh', status=2).stderr
    assert 'document' not in run('--help').stdout.decode()


if __name__ == '__main__':
    main()
