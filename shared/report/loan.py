"""The evaluation of the loan models as a document: the models against the rule and each other.

Curves, costs and groups of people are told in the modules beside it. A part that was not recorded
says so; a model may be missing anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from shared.loan.fields.declared import Fields
from shared.loan.models.registry import IN_TEXT, MODELS, RULE, TITLES
from shared.report import loan_curves, loan_groups, loan_training
from shared.report.blocks import (
    NOT_MEASURED,
    Block,
    Cell,
    Label,
    Section,
    Table,
    Text,
    change,
    facts,
    grid,
    headline,
)
from shared.report.figures import Figure, figure, label_of, number, of_keys
from shared.report.loan_metrics import METRICS, Blocks, Record, of_models
from shared.wording import first_up, listed, percent

OF = 1000  # applicants, when shares are told as counts
LEVEL = 0.05  # of a p-value; the counterpart of a 95 % interval
LEAST = 0.001  # of a p-value that is written out
SAME = "no difference beyond chance"
UNDECIDED = "undecided: interval and test do not agree"
EXPLAINED = Text(
    "AUC and accuracy are better the nearer they are to 1: how well good and bad applicants are "
    "put in order, and how many are decided as the lender did. The Brier score and the calibration "
    "error are better the nearer they are to 0: how far probabilities are from the truth. The "
    "fairness gap is better near 0 too: it is the largest difference in approval rate between two "
    "groups of one protected field."
)


def opening(record: Record) -> Blocks:
    """The headline, and how to read it."""
    return headline(record), EXPLAINED


def sections(record: Record, fields: Fields) -> Sequence[Section]:
    """The document of a record, which may be empty; `fields` name the groups' fields."""
    parts: Sequence[tuple[str, str, Callable[[Record], Blocks]]] = (
        ("Both models beside a simple rule", "performance", performance),
        ("Machine learning against neural network", "comparison", comparison),
        ("Do they tell good from bad?", "calibration", loan_curves.roc),
        ("Does a probability mean what it says?", "calibration", loan_curves.calibration),
        ("The threshold and what it costs", "profit", loan_curves.costs),
        ("Is it fair to groups?", "fairness", partial(loan_groups.fairness, fields=fields)),
        ("Without the protected fields", "protected",
         partial(loan_groups.protected, fields=fields)),
        ("Would more data help?", "learning", loan_training.learning),
        ("What helped", "compare", loan_training.tried),
        ("How it was measured", "splits", measured),
    )  # fmt: skip
    return [
        Section(title, tell(record) if record.get(key) else (NOT_MEASURED,))
        for title, key, tell in parts
    ]


def performance(record: Record) -> Blocks:
    """Every metric of the rule and of both models."""
    section = record["performance"]
    models = {model: title for model, title in TITLES.items() if section.get(model)}
    rows = [
        (Label(metric.label, metric.meaning), {m: section[m].get(name) for m in models})
        for name, metric in METRICS.items()
        if any(name in section[model] for model in models)
    ]
    rule = (
        "The rule is “approve unless the credit history is bad”. It needs no model, so it is what "
        "a model has to beat."
    )
    table = grid("Every metric, with its 95 % interval", "Metric", models, rows)
    return Text(rule), *_gained(section, record.get("threshold")), table


def _gained(section: Record, threshold: float | None) -> Blocks:
    """How little accuracy the models gain over the rule, in words."""
    accuracy = of_keys(section, tuple(TITLES), "accuracy")
    if RULE.key not in accuracy or len(accuracy) < 2:
        return ()
    rule = accuracy.pop(RULE.key)
    more = [
        f"{IN_TEXT[model]} {_thousandths(f)} ({_more(_thousandths(f) - _thousandths(rule))})"
        for model, f in accuracy.items()
    ]
    start = f"At the threshold of {percent(threshold)}, of" if threshold is not None else "Of"
    apart = [IN_TEXT[model] for model, f in accuracy.items() if not _overlap(rule, f)]
    meaning = (
        f"Only {listed(apart, 'and')} lies outside the rule's interval."
        if apart
        else "All these intervals overlap: for accuracy alone nobody needs the models."
    )
    order = of_keys(section, tuple(TITLES), "auc")
    if len(order) == len(TITLES):
        meaning += (
            " But the rule knows only two kinds of applicants; by AUC, which judges the order in "
            f"which they all stand, the figures are {of_models(order)}."
        )
    return (
        Text(
            f"{start} {OF:,} applicants the rule decides {_thousandths(rule)} as the lender did, "
            f"{listed(more, 'and')}. {meaning}"
        ),
    )


def _thousandths(measured: Figure) -> int:
    return round(OF * measured.value)


def _more(count: int) -> str:
    return f"{count} more" if count > 0 else f"{-count} fewer" if count else "as many"


def _overlap(one: Figure, other: Figure) -> bool:
    if one.low is None or other.low is None:
        return False
    return one.ends[0] <= other.ends[1] and other.ends[0] <= one.ends[1]


def comparison(record: Record) -> Blocks:
    """The two models against each other, metric by metric."""
    section = record["comparison"]
    verdicts = {name: verdict(name, section[name]) for name in METRICS if section.get(name)}
    rows: list[Sequence[Cell]] = [
        (
            METRICS[name].label,
            change(section[name].get("ml_minus_ann")),
            _p(section[name].get("p")),
            section[name].get("standard_error"),
            verdicts[name],
        )
        for name in verdicts
    ]
    heads = ("Metric", "ML less ANN", "p", "Standard error", "In words")
    return (
        Text(f"{_in_words(verdicts)} {_standard_error(section)}"),
        Text(
            "The difference is machine learning less neural network, on the same applicants; its "
            "interval holds 0 where they may be equal. p is how often chance alone would bring "
            "such a difference between the folds (a t-test that is corrected for their "
            "overlapping training rows, Nadeau and Bengio 2003); the standard error is that of one "
            "model over the folds."
        ),
        Table("Machine learning against neural network", heads, rows),
        _of_folds(record.get("auc_of_folds") or {}),
    )


def verdict(name: str, row: Record) -> str:
    """Whether the models differ by a metric, in words; `row` has `ml_minus_ann` and `p`."""
    difference, p = figure(row.get("ml_minus_ann")), row.get("p")
    if difference is None or p is None:
        return "not measured"
    if bool(difference.sign) != (p < LEVEL):
        return UNDECIDED
    if not difference.sign:
        return SAME
    better = (difference.sign > 0) == METRICS[name].more_is_better
    return f"{IN_TEXT['ml' if better else 'ann']} is better"


def _in_words(verdicts: Mapping[str, str]) -> str:
    told = [
        f"by {METRICS[name].label} {words}" for name, words in verdicts.items() if words != SAME
    ]
    if not told:
        return "By none of these metrics do the two differ by more than chance explains."
    rest = (
        " By the others there is no difference beyond chance." if len(told) < len(verdicts) else ""
    )
    return f"{first_up(listed(told, 'and'))}.{rest}"


def _standard_error(section: Record) -> str:
    row = section.get("auc") or {}
    difference, error = figure(row.get("ml_minus_ann")), row.get("standard_error")
    if difference is None or error is None:
        return ""
    within = "less" if abs(difference.value) < error else "more"
    return (
        f"Their AUC is {number(abs(difference.value))} apart, {within} than one standard error "
        f"({number(error)})."
    )


def _of_folds(recorded: Record) -> Block:
    told = {
        model: f"{number(of['value'])} (standard error {number(of['standard_error'])})"
        for model in MODELS
        if (of := recorded.get(model))
    }
    if not told:
        return NOT_MEASURED
    return Text(
        "Published figures are often the mean of the AUC within each fold. That is "
        f"{of_models(told)}."
    )


def _p(value: float | None) -> Cell:
    return f"less than {LEAST}" if value is not None and value < LEAST else value


def measured(record: Record) -> Blocks:
    """Nested cross-validation in three sentences, where the figures come from, what was chosen."""
    splits, rows = record["splits"], (record.get("data") or {}).get("rows")
    count = f"{rows:,}" if isinstance(rows, int) else "labelled"
    chosen = [
        (TITLES[model], label_of(str(name)), times)
        for model in MODELS
        for name, times in ((record.get("chosen") or {}).get(model) or {}).items()
    ]
    return (
        Text(
            f"The {count} applications were cut into {splits['folds']} folds, {splits['repeats']} "
            "times over, and each fold was answered by models that had seen none of it. On the "
            "other folds alone everything was done that makes a model: candidates were compared in "
            "folds of their own, and the best was kept, calibrated and fitted (nested "
            "cross-validation). So each figure here is measured on applicants who were new to the "
            "models, and no choice was made by looking at them. The checkpoint was made the same "
            "way from all rows."
        ),
        facts(
            record, {"Folds, SHA-256": splits.get("sha256"), "Seed of folds": splits.get("seed")}
        ),
        Table("What was chosen in the folds", ("Model", "Candidate", "Times"), chosen)
        if chosen
        else NOT_MEASURED,
    )
