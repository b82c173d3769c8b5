"""FastAPI: a database as dependencies, and errors as problem details."""

from noormme_py.integrations.fastapi.dependencies import Dependencies
from noormme_py.integrations.fastapi.problem_details import (
    PROBLEMS,
    Problem,
    ProblemDetails,
    add_problem_details,
    problem_responses,
)

__all__ = ["PROBLEMS", "Dependencies", "Problem", "ProblemDetails", "add_problem_details", "problem_responses"]
