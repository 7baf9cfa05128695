import pytest

from advisor.engines.addresses import RefusedAddressError, read_target, refuse_address

CLOSED_IPV4 = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]
CLOSED_IPV6 = [
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
ODD_FORMS = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "0x7f.0.0.1",
    "127.0.0.1.",
    "017700000001",
    "00000177.1",
]
TEXTS = [
    "http://user@127.0.0.1@good.com",
    "https://user:secret@good.com",
    "https://good.com#@127.0.0.1",
    "https://good.com\\@127.0.0.1",
    "https://127。0。0。1",
    "https://①②⑦.⓪.⓪.①",
    "https://localhost",
    "https://localhost.",
    "https://x.localhost",
    "https://printer.local",
    "https://db.internal",
    "https://nas.lan",
    "https://router.home.arpa",
    "https://metadata.google.internal",
    "https://metadata.example.com",
    "https://redis",
    "https://good.com.",
    "gopher://good.com",
    "file:///etc/passwd",
    "ftp://good.com",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:/run/x.sock",
    "https://good.com:22",
    "https://good.com:25",
    "https://good.com:6379",
    "https://good.com:5432",
    "https://good.com:9200",
    "https://good.com:0",
    "https://good.com:99999",
    "https://good.com:x",
    "https://",
    "https:///x",
    "https://good.com/" + "a" * 100_000,
    "http://good.com",
    "https://good.com/v1/../admin",
    "https://good.com/v1/%2e%2e/admin",
    "https://good.com/v1/%252e%252e/admin",
    "https://good.com/v1?x=1",
    "https://good.com/v1?",
    "https://good .com",
    "https://good.com\r\nHost: evil",
    "https://good.com\x00",
    "https://-bad-.com",
    "https://xn--\x7f.com",
    "https://[::1",
    "https://[fe80::1%25eth0]",
    "https://[0:0:0:0:0:0:0:1]",
    "good.com/v1",
    "",
]


@pytest.mark.parametrize("address", CLOSED_IPV4 + CLOSED_IPV6)
def test_a_closed_address_is_refused_as_answer_of_a_name_server(address):
    assert refuse_address(address) == f"{address} is not a public address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "8.8.8.8"])
def test_a_public_address_is_not_refused(address):
    assert refuse_address(address) is None


@pytest.mark.parametrize("address", CLOSED_IPV4)
def test_a_closed_ipv4_literal_is_refused(address):
    with pytest.raises(RefusedAddressError):
        read_target(f"https://{address}/v1")


@pytest.mark.parametrize("address", CLOSED_IPV6)
def test_a_closed_ipv6_literal_is_refused(address):
    with pytest.raises(RefusedAddressError):
        read_target(f"https://[{address}]/v1")


@pytest.mark.parametrize("host", ODD_FORMS)
def test_an_odd_form_of_an_address_is_refused(host):
    with pytest.raises(RefusedAddressError):
        read_target(f"https://{host}/v1")


@pytest.mark.parametrize("url", TEXTS, ids=lambda url: url[:40])
def test_a_url_that_may_mislead_is_refused(url):
    with pytest.raises(RefusedAddressError):
        read_target(url)


def test_a_public_endpoint_is_read():
    target = read_target("https://API.example.com/openai/v1/")
    assert (target.scheme, target.host, target.port) == (
        "https",
        "api.example.com",
        443,
    )
    assert target.path == "/openai/v1"
    assert not target.listed


def test_an_international_name_is_read_in_its_ascii_form():
    assert (
        read_target("https://xn--bcher-kva.example/v1").host == "xn--bcher-kva.example"
    )


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("http://localhost:11434/v1", "localhost:11434"),
        ("http://[::1]:8000/v1", "[::1]:8000"),
        ("http://192.168.1.5:11434", "192.168.1.5:11434"),
        ("https://llm.corp.internal:8443/v1", "LLM.corp.internal:8443"),
        ("http://gpu/v1", "gpu:80"),
    ],
)
def test_what_the_operator_lists_may_be_private(url, listed):
    assert read_target(url, listed=[listed]).listed


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001/v1", "http://127.0.0.2:8000", "https://127.0.0.1"]
)
def test_only_the_listed_pair_of_host_and_port_is_allowed(url):
    with pytest.raises(RefusedAddressError):
        read_target(url, listed=["127.0.0.1:8000"])


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "168.63.129.16", "fd00:ec2::254"]
)
def test_cloud_metadata_is_refused_even_when_listed(address):
    assert refuse_address(address, listed=True) is not None


def test_a_local_only_project_may_call_listed_endpoints_and_no_other():
    listed = ["127.0.0.1:8000"]
    local = read_target("http://127.0.0.1:8000", listed=listed, only_listed=True)
    assert local.host_port == "127.0.0.1:8000"
    with pytest.raises(RefusedAddressError, match="local only"):
        read_target("https://api.example.com/v1", listed=listed, only_listed=True)
