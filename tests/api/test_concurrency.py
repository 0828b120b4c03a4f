"""What is cheap does not wait behind what is dear."""

from __future__ import annotations

from gradio_client import Client, handle_file


def test_an_answer_overtakes_slow_explanations(client: Client, example: str) -> None:
    slow = [
        client.submit(
            image=handle_file(example), target="glioma", method="occlusion", api_name="/explain"
        )
        for _ in range(6)
    ]
    answer = client.predict(image=handle_file(example), api_name="/predict")
    assert answer["probabilities"]
    assert not all(job.done() for job in slow), (
        "the slow ones were not slow: the test shows nothing"
    )
    assert all(job.result(timeout=120)["map"]["method"] == "occlusion" for job in slow)


def test_sixteen_callers_get_the_same_answer(client: Client, example: str) -> None:
    jobs = [client.submit(image=handle_file(example), api_name="/predict") for _ in range(16)]
    answers = [job.result(timeout=120) for job in jobs]
    assert all(answer == answers[0] for answer in answers)
