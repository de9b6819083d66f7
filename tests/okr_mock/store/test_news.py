import asyncio

from okr_mock.store.news import News


def test_all_who_wait_are_woken() -> None:
    """Everybody who waits for a world is woken by what is new of it, nobody by what is new of another."""

    async def story() -> None:
        news = News()
        waiting = [asyncio.create_task(news.wait("a", 60)) for _ in range(3)]
        other = asyncio.create_task(news.wait("b", 60))
        await asyncio.sleep(0)
        news.tell("a")
        await asyncio.gather(*waiting)
        assert not other.done()
        assert set(news.waiting) == {"b"}
        other.cancel()

    asyncio.run(story())


def test_nothing_is_left_behind() -> None:
    """Whoever is woken, has waited long enough or is cancelled leaves nothing behind."""

    async def story() -> None:
        news = News()
        late, cancelled = asyncio.create_task(news.wait("a", 0.01)), asyncio.create_task(news.wait("a", 60))
        await late
        assert set(news.waiting) == {"a"}
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        news.tell("a")
        assert news.waiting == {}

    asyncio.run(story())
