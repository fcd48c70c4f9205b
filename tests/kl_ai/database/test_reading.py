"""Reading in one state of the database, while others write."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from kl_ai.database.reading import consistent_reads
from kl_ai.pages.versions import PublicVersion, numbers


def write(area: str) -> None:
    """Commit a row, on a connection of its own."""

    def run() -> None:
        try:
            with transaction.atomic():
                PublicVersion.objects.create(area=area, number=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(10)  # a reader that kept writers waiting would let this run out


def test_a_reader_sees_one_state_and_no_writer_waits_for_it(transactional_db):
    with consistent_reads():
        assert numbers() == {}
        write("meanwhile")
        assert numbers() == {}
    assert numbers() == {"meanwhile": 1}


def test_what_is_written_afterwards_is_written_as_always(transactional_db):
    """A transaction that writes takes the lock for it at its beginning, and may write on PostgreSQL."""
    with consistent_reads():
        numbers()
    with transaction.atomic():
        PublicVersion.objects.create(area="afterwards", number=1)
    assert getattr(connection, "transaction_mode", "IMMEDIATE") == "IMMEDIATE"


def test_an_open_transaction_is_used_as_it_is(db):
    PublicVersion.objects.create(area="own", number=1)
    with consistent_reads():
        assert numbers() == {"own": 1}
        PublicVersion.objects.create(area="more", number=2)
    assert numbers() == {"own": 1, "more": 2}


def test_a_fault_while_reading_leaves_the_connection_as_it_was(transactional_db):
    with pytest.raises(PublicVersion.DoesNotExist), consistent_reads():
        PublicVersion.objects.get(area="nothing")
    assert not connection.in_atomic_block
    with transaction.atomic():
        PublicVersion.objects.create(area="afterwards", number=1)
