"""Every rule by name: what it says, what to do where it is broken, and what of it is looked at every hour."""

from app.invariants import forgotten, records, sent, work
from app.invariants.looking import ALL, LATELY, NEXT, Rule

STOP_AND_TELL = "Stop the workers, keep the rows as they are, and report it: this is a fault of the program."
REPORT = "Report it: this is a fault of the program."
RESTART = "Restart the workers and look at their log for chore.failed; report it if it comes back."

RULES: tuple[Rule, ...] = (
    Rule(
        name="one_case_a_payment",
        meaning="A payment has one case.",
        what_to_do="Look for the unique index of case.payment_id; a restore may have lost it.",
        hourly=LATELY,
        search=records.second_cases,
    ),
    Rule(
        name="one_message_a_step",
        meaning="A step reaches a person once at the most.",
        what_to_do=STOP_AND_TELL,
        hourly=LATELY,
        search=sent.repeated_messages,
    ),
    Rule(
        name="one_retry_a_payment",
        meaning="A payment is charged again by us once at the most, and not after another card was charged.",
        what_to_do=f"Give back what was charged too often, at Whop. {STOP_AND_TELL}",
        hourly=LATELY,
        search=sent.repeated_charges,
    ),
    Rule(
        name="one_change_of_card_a_payment",
        meaning="A payment is charged to another saved card once at the most.",
        what_to_do=f"Give back what was charged too often, at Whop. {STOP_AND_TELL}",
        hourly=LATELY,
        search=sent.repeated_changes_of_card,
    ),
    Rule(
        name="no_message_after_the_end",
        meaning="No reminder starts after its case was closed.",
        what_to_do=STOP_AND_TELL,
        hourly=LATELY,
        search=sent.messages_after_the_end,
    ),
    Rule(
        name="no_charge_after_the_end",
        meaning="Nothing is charged after its case was closed.",
        what_to_do=f"Look at the payment at Whop. {STOP_AND_TELL}",
        hourly=LATELY,
        search=sent.charges_after_the_end,
    ),
    Rule(
        name="control_group_left_alone",
        meaning="Nobody in the control group, and nobody of the time before us, is written to or charged.",
        what_to_do=f"What the comparison of the groups says is not sure any more. {STOP_AND_TELL}",
        hourly=LATELY,
        search=sent.touched_although_left_alone,
    ),
    Rule(
        name="nothing_to_the_gone",
        meaning="Nobody is written to after they were erased, or after the merchant has excluded them.",
        what_to_do=STOP_AND_TELL,
        hourly=LATELY,
        search=sent.messages_to_the_gone,
    ),
    Rule(
        name="no_reminder_for_the_silent",
        meaning="No reminder is planned for somebody who must not be written to.",
        what_to_do=f"None goes out: each is looked at again before. {REPORT}",
        hourly=ALL,
        search=work.reminders_of_the_silent,
    ),
    Rule(
        name="no_work_for_idle_cases",
        meaning="Reminders and charges of a case that waits or is over have ended.",
        what_to_do=f"None goes out: each is looked at again before. {REPORT}",
        hourly=ALL,
        search=work.work_of_cases_that_wait_or_are_over,
    ),
    Rule(
        name="leases_end",
        meaning="What a dead worker held is taken back.",
        what_to_do=RESTART,
        hourly=ALL,
        search=work.leases_past_their_end,
    ),
    Rule(
        name="nothing_waits_for_ever",
        meaning="Nothing that is due has waited for more than a day: events, reminders, charges, alerts, webhooks.",
        what_to_do=f"Were the workers away, it goes on by itself. Else: {RESTART[0].lower()}{RESTART[1:]}",
        hourly=ALL,
        search=work.nobody_takes,
    ),
    Rule(
        name="cases_end",
        meaning="No case goes on long after Whop's last word on it.",
        what_to_do=RESTART,
        hourly=ALL,
        search=work.cases_without_an_end,
    ),
    Rule(
        name="closed_or_running",
        meaning="A case runs, or it is closed; never both, never neither.",
        what_to_do=REPORT,
        hourly=f"{ALL} that run, and {LATELY}",
        search=records.half_closed_cases,
    ),
    Rule(
        name="settled_cases_are_closed",
        meaning="A case whose payment is paid, voided or given up by Whop does not run.",
        what_to_do=f"Hold the case on its page, so that nobody is reminded. {REPORT}",
        hourly=ALL,
        search=records.settled_cases_that_run,
    ),
    Rule(
        name="one_merchant_a_case",
        meaning="A case's customer, payment, policy, messages and charges are its own, and its merchant's.",
        what_to_do=STOP_AND_TELL,
        hourly=LATELY,
        search=records.torn_cases,
    ),
    Rule(
        name="figures_are_sums",
        meaning="The figures of the overview are the sums of the cases and messages themselves.",
        what_to_do="Run this command with --fix, which counts them anew; report it if it comes back.",
        hourly=LATELY,
        search=records.wrong_figures,
    ),
    Rule(
        name="old_events_are_empty",
        meaning="Raw events are emptied when they are as old as RETENTION_INBOX_DAYS says.",
        what_to_do="The workers do it between one and five o'clock UTC. Run `autocharge prune`.",
        hourly=NEXT,
        search=forgotten.old_events,
    ),
    Rule(
        name="old_messages_are_empty",
        meaning="Texts of messages are emptied when they are as old as RETENTION_BODY_DAYS says.",
        what_to_do="The workers do it between one and five o'clock UTC. Run `autocharge prune`.",
        hourly=NEXT,
        search=forgotten.old_messages,
    ),
    Rule(
        name="old_cases_are_nobodys",
        meaning="A case that was closed RETENTION_CASE_MONTHS ago leads to nobody.",
        what_to_do="The workers do it between one and five o'clock UTC. Run `autocharge prune`.",
        hourly=ALL,
        search=forgotten.old_cases,
    ),
    Rule(
        name="old_rows_are_deleted",
        meaning="Webhooks of a month ago, sessions and codes that are over are deleted.",
        what_to_do=RESTART,
        hourly=ALL,
        search=forgotten.old_rows,
    ),
    Rule(
        name="erasures_end",
        meaning="Raw events that name an erased person are emptied within two days.",
        what_to_do=RESTART,
        hourly=ALL,
        search=work.erasures_without_an_end,
    ),
)
