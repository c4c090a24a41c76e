import pytest

from grader.evidence import Evidence, TextRecord, Where
from grader.finding import Finding, Outcome
from grader.loaders.rubric_yaml import load
from grader.registry import checks, rubric_files
from grader.submission import Place
from tests.evidence_builders import QUESTIONS, look, text, wrote

TERMS = {
    "Q1.1": ("normaliz|standardiz", "batch", "layer", "mean|variance", "distribution"),
    "Q1.2": ("fast|converge", "learning rate", "initial", "regulari|overfit", "gradient"),
    "Q1.3": ("mean|μ", "variance|σ", "gamma|γ|scale", "beta|β|shift", "epsilon|eps"),
    "Q3.2": ("fast|converge", "small batch|batch size", "comput|cost", "inference|test", "recurrent"),
}
ESSENTIAL = {"Q1.1": ("normaliz", "layer"), "Q1.2": ("fast|converge",), "Q1.3": ("gamma|γ",), "Q3.2": ("limitation",)}
CONCEPT = (
    "Batch normalization normalizes what goes into a layer with the mean and the variance of the current mini-batch, so "
    "that its distribution stays about the same although the layers before it keep changing during training."
)
BENEFITS = (
    "The network converges faster and tolerates a larger learning rate. Its initial weights matter less, gradients vanish "
    "less, and the noise of the batch is a mild regularizer, so dropout is needed less."
)
PRINCIPLE = (
    "First the mean and the variance of the batch are taken, then each value has the mean subtracted and is divided by "
    "the root of the variance plus epsilon. Then gamma scales it and beta shifts it; both are learned with the weights."
)
LIMITS = (
    "It makes training converge faster, but it has limitations: with a small batch its statistics are noisy, it costs "
    "some computation, behaves differently at inference, and does not suit recurrent networks."
)


def find(question: str, at: Evidence) -> Finding:
    return look(
        "theory.answer",
        at,
        question=question,
        terms=TERMS[question],
        minimum_terms=3,
        minimum_words=20,
        essential=ESSENTIAL[question],
    )


def answered(question: str, *records: TextRecord) -> bool:
    return find(question, wrote(*records)).outcome is Outcome.MET


@pytest.mark.parametrize("where", list(Where))
def test_an_answer_below_its_question_is_found_in_every_kind_of_cell(where: Where):
    finding = find("Q1.2", wrote(text(4, f"{QUESTIONS['Q1.2']}\n\n{BENEFITS}", line=7, where=where)))
    assert finding.outcome is Outcome.MET
    assert finding.places == (Place(cell=4, line=9),)


def test_a_question_with_no_answer_below_it_is_not_an_answer():
    finding = find("Q1.2", wrote(text(4, QUESTIONS["Q1.2"], line=7)))
    assert finding.outcome is Outcome.UNMET
    assert "copied at cell 4, line 7" in finding.seen


def test_the_questions_own_words_are_not_counted():
    twice = f"{QUESTIONS['Q1.2']}\nQ1.2) {QUESTIONS['Q1.2']}\n"
    assert find("Q1.2", wrote(text(4, twice))).outcome is Outcome.UNMET


@pytest.mark.parametrize(
    "pasted",
    [
        "2. Descrlbe the beneflts of uslng batch normalizatlon durlng trainlng",
        "### Q2: DESCRIBE THE BENEFITS OF USING BATCH NORMALIZATION DURING TRAINING",
        "**Benefits of Using Batch Normalization During Training:**",
        "Q_7 (b) Describe the benefits of using batch normalization during training ?",
    ],
)
def test_a_question_is_recognised_whatever_was_done_to_it(pasted: str):
    finding = find("Q1.2", wrote(text(2, pasted)))
    assert "copied" in finding.seen


def test_a_question_wrapped_over_two_lines_is_recognised():
    first, second = QUESTIONS["Q1.3"][:88], QUESTIONS["Q1.3"][88:]
    finding = find("Q1.3", wrote(text(2, f"Q1.3 {first}\n     {second}\n")))
    assert finding.outcome is Outcome.UNMET


def test_a_short_answer_below_its_question_gets_a_part():
    finding = find("Q1.2", wrote(text(4, f"{QUESTIONS['Q1.2']}\nIt converges faster and is nice.")))
    assert finding.outcome is Outcome.PARTIAL
    assert "6 words" in finding.seen
    assert "short" in finding.seen


def test_an_answer_that_leaves_out_most_of_what_was_asked_gets_a_part():
    chat = "It converges faster, as we have learned in the lecture of last week, where the professor talked about it at length."
    finding = find("Q1.2", wrote(text(4, f"{QUESTIONS['Q1.2']}\n{chat}")))
    assert finding.outcome is Outcome.PARTIAL
    assert "hardly speaks" in finding.seen


def test_a_text_about_nothing_that_was_asked_is_for_a_person():
    chat = "I have been thinking about this for a long time and would like to thank everybody who helped me with my homework."
    assert find("Q1.2", wrote(text(4, f"{QUESTIONS['Q1.2']}\n{chat}"))).outcome is Outcome.UNDECIDED


def test_an_answer_in_the_cell_after_its_question_is_found():
    finding = find("Q1.2", wrote(text(1, QUESTIONS["Q1.2"]), text(2, BENEFITS)))
    assert finding.outcome is Outcome.MET
    assert finding.places[0].cell == 2


def test_an_answer_goes_on_over_several_cells():
    half = len(BENEFITS) // 2
    at = wrote(text(1, f"{QUESTIONS['Q1.2']}\n{BENEFITS[:half]}"), text(2, BENEFITS[half:]))
    assert {place.cell for place in find("Q1.2", at).places} == {1, 2}


def test_questions_listed_first_and_repeated_above_each_answer_are_told_apart():
    listing = "\n".join(QUESTIONS[label] for label in ("Q1.1", "Q1.2", "Q1.3"))
    parts = f"{listing}\n\n{QUESTIONS['Q1.1']}\n{CONCEPT}\n\n{QUESTIONS['Q1.2']}\n{BENEFITS}\n\n{QUESTIONS['Q1.3']}\n"
    at = wrote(text(0, parts))
    assert find("Q1.1", at).places == (Place(cell=0, line=6),)
    assert find("Q1.2", at).places == (Place(cell=0, line=9),)
    assert find("Q1.3", at).outcome is Outcome.UNMET


def test_numbers_are_not_trusted():
    at = wrote(text(0, f"Q1. {QUESTIONS['Q1.3']}\n{PRINCIPLE}\n\nQ3. {QUESTIONS['Q1.1']}\n{CONCEPT}"))
    assert find("Q1.3", at).places[0].line == 2
    assert find("Q1.1", at).places[0].line == 5


def test_an_answer_without_its_question_is_found_by_what_it_speaks_of():
    at = wrote(text(0, f"Ans 1\n{CONCEPT}\n\nAns 2\n{BENEFITS}\n\nAns 3\n{PRINCIPLE}"))
    assert [find(label, at).outcome for label in ("Q1.1", "Q1.2", "Q1.3")] == [Outcome.MET] * 3


def test_one_text_may_answer_several_questions():
    at = wrote(text(3, f"{CONCEPT} {BENEFITS} {PRINCIPLE}", where=Where.DOCSTRING))
    assert all(find(label, at).places[0].cell == 3 for label in ("Q1.1", "Q1.2", "Q1.3"))


def test_a_text_that_lacks_what_is_essential_answers_another_question():
    assert not answered("Q3.2", text(0, BENEFITS + " It costs some computation, also at inference."))
    assert answered("Q3.2", text(0, LIMITS))


def test_an_answer_to_another_question_is_not_taken_for_this_one():
    at = wrote(text(0, f"{QUESTIONS['Q1.1']}\n{PRINCIPLE} {CONCEPT}\n\n{QUESTIONS['Q1.3']}\n"))
    finding = find("Q1.3", at)
    assert finding.outcome is Outcome.UNDECIDED
    assert "speaks of the same things" in finding.seen


def test_a_heading_ends_the_answer_above_it():
    at = wrote(
        text(0, f"Theory\n{QUESTIONS['Q1.2']}\n", heading="Theory"),
        text(0, f"Limitations\n{LIMITS}", heading="Limitations"),
    )
    assert find("Q1.2", at).outcome is Outcome.UNMET
    assert find("Q3.2", at).outcome is Outcome.MET


def test_comments_that_annotate_code_are_no_answer():
    notes = [
        "Load the data",
        "Normalize the batch",
        "Add a layer",
        "Compute mean and variance",
        "Plot the distribution",
    ]
    records = [text(3, note, line=n, where=Where.COMMENT) for n, note in enumerate(notes, start=1)]
    assert not answered("Q1.1", *records)


def test_nothing_written_is_unmet_with_what_to_write_about():
    finding = find("Q1.3", wrote())
    assert finding.outcome is Outcome.UNMET
    assert "mean, variance or gamma" in finding.advice


def test_symbols_and_formulas_count_as_what_they_stand_for():
    formula = "$\\hat x = (x-\\mu)/\\sqrt{\\sigma^2+\\epsilon}$ and $y = \\gamma \\hat x + \\beta$ with μ and σ taken over the batch, as above"
    assert answered(
        "Q1.3", text(0, f"{QUESTIONS['Q1.3']}\n{formula} " + "for each of the features of the layer in question")
    )


@pytest.mark.parametrize(
    "hostile", ["*" * 200_000, ":" * 50_000, "_" * 50_000, ". " * 50_000, "a\n" * 40_000, "1. " * 60_000]
)
def test_hostile_text_is_no_answer(hostile: str):
    assert find("Q1.1", wrote(text(0, hostile))).outcome is not Outcome.MET


def test_a_word_left_over_from_a_wrapped_question_is_no_answer():
    finding = find("Q1.2", wrote(text(4, f"{QUESTIONS['Q1.2']}\n\nnetwork.")))
    assert finding.outcome is Outcome.UNMET


def test_a_number_above_a_text_about_something_else_does_not_hide_a_missing_answer():
    about_data = (
        "I loaded the digits and looked at some of them, then I cut the pictures to size and sorted all into two sets."
    )
    at = wrote(text(6, f"Question 6\n\n{about_data}", heading="Question 6"))
    assert find("Q1.2", at).outcome is Outcome.UNMET


def test_a_few_words_below_a_question_are_not_judged_when_its_neighbours_answer_speaks_of_it():
    at = wrote(
        text(1, f"{QUESTIONS['Q1.2']}\n\nSubmit this as one notebook file."),
        text(4, f"{QUESTIONS['Q1.1']}\n\n{CONCEPT} {BENEFITS}"),
    )
    finding = find("Q1.2", at)
    assert finding.outcome is Outcome.UNDECIDED
    assert [place.cell for place in finding.places] == [4]


def test_a_comparison_with_the_plain_model_answers_what_the_impact_is():
    told = (
        "Conclusion: the BN model converged after 3 epochs, and its validation accuracy is 2% higher than the plain model. "
        "Every later epoch of its training was calm, and the loss went on falling."
    )
    rubric = load(rubric_files()["batch-normalization"], checks())
    impact = next(each for each in rubric.criteria if each.id == "impact")
    assert look(impact.check, wrote(text(20, told)), **impact.options).outcome is Outcome.MET
