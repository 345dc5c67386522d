from leadscore.dashboard.sessions import SESSION_SECONDS, Sessions


def test_a_session_stands_for_its_key_until_it_is_closed():
    sessions = Sessions()
    session = sessions.open("key")
    assert sessions.key_of(session) == "key"
    sessions.close(session)
    assert sessions.key_of(session) is None


def test_each_session_has_a_long_id_of_its_own():
    sessions = Sessions()
    ids = {sessions.open("key") for _ in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 43


def test_a_session_ends_after_twelve_hours():
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    session = sessions.open("key")
    now[0] = SESSION_SECONDS - 1
    assert sessions.key_of(session) == "key"
    now[0] = SESSION_SECONDS
    assert sessions.key_of(session) is None


def test_no_session_stands_for_no_key():
    sessions = Sessions()
    sessions.close(None)
    assert [sessions.key_of(session) for session in (None, "", "made-up", "\ud800")] == [None] * 4


def test_the_oldest_of_too_many_sessions_ends():
    sessions = Sessions()
    first = sessions.open("key")
    for _ in range(10_000):
        last = sessions.open("key")
    assert sessions.key_of(first) is None
    assert sessions.key_of(last) == "key"
