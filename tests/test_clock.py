from keras_gan.clock import clock


def test_times():
    assert [clock(seconds) for seconds in (0.4, 59.6, 61, 3600, 7325)] == [
        "0:00",
        "1:00",
        "1:01",
        "1:00:00",
        "2:02:05",
    ]
