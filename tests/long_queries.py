"""Query strings of a size that nobody sends by hand."""


def long_queries(option: str, known: str) -> dict[str, str]:
    """What each is to its text. `option` takes many values, `known` is one choice that there is (`name=value`)."""
    return {
        "thousands of parameters": "&".join(f"{option}=x{number}" for number in range(5000)),
        "the same one thousands of times": "&".join([known] * 5000),
        "100 kB in one value": "q=" + "sagsbehandling+" * 7000,
        "100 kB in one name": "x" * 100_000,
        "100 kB of percent signs": "%" * 100_000,
        "100 kB of separators": "&" * 100_000,
    }
