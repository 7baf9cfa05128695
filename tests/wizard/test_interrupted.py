"""An upload that broke off is no shorter file."""

from advisor.projects.models import SampleSet, Upload
from tests.wizard.walk import Walk, text

HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n"
)
TAIL = (
    b'\r\n--x\r\nContent-Disposition: form-data; name="whole"\r\n\r\nyes\r\n--x--\r\n'
)
ROWS = b"input,expected\n" + b"".join(b"q%d,a%d\n" % (n, n) for n in range(60))


def send(walk: Walk, body: bytes):
    return walk.client.post(
        f"{walk.base}setup/samples/upload/", body, "multipart/form-data; boundary=x"
    )


def test_an_upload_that_breaks_off_stores_nothing(walk: Walk):
    walk.begin()
    for body in (HEAD + ROWS[:200], HEAD + ROWS + TAIL[:20]):
        answer = send(walk, body)
        assert answer.status_code == 422
        assert "The upload was interrupted. Upload the file again" in text(answer)
    assert not Upload.objects.exists()
    assert not SampleSet.objects.exists()
    assert send(walk, HEAD + ROWS + TAIL).status_code == 302
    assert walk.draft.sample_set.count == 60
