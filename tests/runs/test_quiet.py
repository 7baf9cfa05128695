"""What other programs did meanwhile is seen, what was our own doing is not."""

import subprocess
import sys
import time

from advisor.runs.services.quiet import Noise, Watch


def spin(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_our_own_work_disturbs_nothing():
    watch = Watch()
    before = watch.noise().others
    spin(0.3)
    after = watch.noise().others
    assert before is not None
    assert after is not None


def test_a_child_of_ours_is_ours():
    watch = Watch()
    code = "import time\nt=time.process_time()\nwhile time.process_time()-t<.3: pass"
    child = subprocess.Popen([sys.executable, "-c", code])
    child.wait()
    assert watch.noise().others is not None


def test_much_use_by_others_disturbs():
    assert Noise(load_average=2.0, others=0.9).disturbed
    assert not Noise(load_average=2.0, others=0.1).disturbed
    assert not Noise(load_average=None, others=None).disturbed
