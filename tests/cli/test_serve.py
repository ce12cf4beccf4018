"""To come."""
from harness import main, run, test


@test
def it_runs():
    assert run('--version').stdout


if __name__ == '__main__':
    main()
