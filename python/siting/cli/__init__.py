"""The command `siting`: a demonstration, siting plans for layers in files, audits and plans of whole programmes.

Exit codes: 0 done; 1 a defect of the solver or of siting; 2 wrong input or options; 3 no plan obeys every
rule; 4 no plan was found before the limit; 130 interrupted before any plan was found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from siting.cli.options import OPTIONS, parser
from siting.errors import (
    InfeasibleError,
    InputError,
    MissingDependencyError,
    NoSolutionError,
    SitingError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: What stands after `siting` on the command line; by default that of this process.

    Returns:
        The exit code; 0 when all went well.
    """
    given = parser().parse_args(arguments)
    try:
        _run(given)
        sys.stdout.flush()
    except InputError as error:
        # Of programmes, the arguments are keys of the project file.
        project = vars(given).get("project")
        option = project or OPTIONS.get(error.argument or "")
        return _fail(2, f"{option}: {error}" if option else str(error))
    except MissingDependencyError as error:
        return _fail(2, str(error))
    except InfeasibleError as error:
        return _fail(3, str(error))
    except NoSolutionError as error:
        return _fail(4, str(error))
    except SitingError as error:
        return _fail(1, str(error))
    except MemoryError:
        return _fail(1, "the memory of this machine does not suffice: a --cutoff keeps fewer pairs")
    except KeyboardInterrupt:
        return _fail(130, "interrupted before any plan was found")
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing must be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _run(given: object) -> None:
    # The layers below take a second to import; --help and --version need none of them.
    command = vars(given)["command"]
    if command == "demo":
        from siting.cli.demo import demo

        demo(given)
    elif command == "audit":
        from siting.cli.audit import audit

        audit(given)
    elif command == "plan":
        from siting.cli.plan import plan

        plan(given)
    else:
        from siting.cli.solve import solve

        solve(given)


def _fail(code: int, message: str) -> int:
    print(f"siting: error: {' '.join(message.split())}", file=sys.stderr)
    return code
