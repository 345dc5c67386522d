def test_the_stock_snippet_of_a_browser_is_told_to_send_here(bare):
    answer = bare.client.get("/v1/projects/ls_write_x/settings", headers={"Host": "track.example.org:8443"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    told = {"apiKey": "ls_write_x", "apiHost": "track.example.org:8443/v1", "protocol": "http"}
    assert answer.json() == {"integrations": {"Segment.io": told}}
