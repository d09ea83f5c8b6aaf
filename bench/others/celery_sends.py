"""Reminders sent by Celery and Redis in the way of its manual; runs in a virtual environment without ours.

`python celery_sends.py COUNT` makes the rows and the tasks; `celery -A celery_sends worker` works on them. Each process
or thread of the worker keeps its connections.
"""

import os
import smtplib
import sys
import threading

import psycopg2
from celery import Celery

TEXT = "A fixed text, as long as one of our own mails, which have a part of HTML, is.\r\n" * 107
app = Celery("celery_sends", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    broker_transport_options={"global_keyprefix": os.environ["REDIS_PREFIX"]},
)
own = threading.local()


def database() -> "psycopg2.extensions.connection":
    if not hasattr(own, "database"):
        own.database = psycopg2.connect(os.environ["DATABASE_URL"])
        own.database.autocommit = True
    return own.database


def mail_server() -> smtplib.SMTP:
    if not hasattr(own, "mail"):
        own.mail = smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"]), timeout=30)
    return own.mail


@app.task(name="send")
def send(number: int) -> None:
    with database().cursor() as cursor:
        cursor.execute("SELECT email FROM reminder WHERE id = %s", (number,))
        (email,) = cursor.fetchone()
        mail = f"From: bench@example.com\r\nTo: {email}\r\nSubject: Your payment\r\n\r\n{TEXT}"
        mail_server().sendmail("bench@example.com", email, mail)
        cursor.execute("UPDATE reminder SET state = 'sent', sent_at = now() WHERE id = %s", (number,))


def main(count: int) -> None:
    with database().cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS reminder")
        columns = "id BIGINT PRIMARY KEY, email TEXT, state TEXT, sent_at TIMESTAMPTZ"
        cursor.execute(f"CREATE TABLE reminder ({columns})")
        rows = f"SELECT n, 'customer' || n || '@example.com', 'planned' FROM generate_series(1, {count}) AS s (n)"
        cursor.execute(f"INSERT INTO reminder (id, email, state) {rows}")
    for number in range(1, count + 1):
        send.delay(number)


if __name__ == "__main__":
    main(int(sys.argv[1]))
