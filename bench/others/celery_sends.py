"""The loop that sends reminders, as Celery with Redis would do it; runs in a virtual environment without ours.

A task for each reminder: claim its row, hand the mail over, and note that it is sent; two commits, as ours.
`python celery_sends.py COUNT` makes the rows and the tasks; `celery -A celery_sends worker` works on them.
"""

import os
import smtplib
import sys
import threading

import psycopg2
from celery import Celery

app = Celery("celery_sends", broker=os.environ["REDIS_URL"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4, task_ignore_result=True)
own = threading.local()


def database() -> "psycopg2.extensions.connection":
    if not hasattr(own, "database"):
        own.database = psycopg2.connect(os.environ["DATABASE_URL"])
    return own.database


def mail_server() -> smtplib.SMTP:
    if not hasattr(own, "mail"):
        own.mail = smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"]), timeout=30)
    return own.mail


@app.task(name="send")
def send(number: int) -> None:
    connection = database()
    with connection, connection.cursor() as cursor:
        claim = (
            "UPDATE reminder SET state = 'sending' WHERE id = %s AND state = 'planned' RETURNING email, body"
        )
        cursor.execute(claim, (number,))
        found = cursor.fetchone()
    if found is None:
        return
    email, body = found
    mail = f"From: bench@example.com\r\nTo: {email}\r\nSubject: Your payment\r\n\r\n{body}\r\n"
    mail_server().sendmail("bench@example.com", email, mail)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE reminder SET state = 'sent', sent_at = now() WHERE id = %s", (number,))


def main(count: int) -> None:
    connection = database()
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS reminder")
        columns = "id BIGSERIAL PRIMARY KEY, email TEXT, body TEXT, state TEXT, sent_at TIMESTAMPTZ"
        cursor.execute(f"CREATE TABLE reminder ({columns})")
        row = "'customer' || n || '@example.com', repeat('x', 600), 'planned'"
        cursor.execute(
            f"INSERT INTO reminder (email, body, state) SELECT {row} FROM generate_series(1, {count}) AS s (n)"
        )
    for number in range(1, count + 1):
        send.delay(number)


if __name__ == "__main__":
    main(int(sys.argv[1]))
