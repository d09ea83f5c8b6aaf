"""The tables without a column that says who a customer is, with all their columns: the rest of `app.cases.personal`."""

from collections.abc import Mapping

from app import models
from app.cases.personal import JOB
from app.models.base import Base

OTHERS: Mapping[type[Base], str] = {
    # Of customers, but without a name: keyed hashes of addresses and ids that must not be written to or stored.
    models.Suppression: "id merchant_id channel address_hash reason created_at",
    models.Erasure: "id merchant_id customer_id at after_id until_id ended_at",
    models.ErasedName: "id merchant_id customer_id name_hash",
    # Of merchants. A view that was saved for one person is deleted with them: see `app.privacy.erasing`.
    models.SavedView: "id merchant_id name query actor saved_at",
    models.AlertDelivery: f"id alert_id place tries reason ended_at {JOB}",
    models.ApiToken: "id merchant_id user_id name token_hash hint scopes created_at expires_at used_at ended_at"
    " ended_why",
    models.Backfill: "id merchant_id state begins_at ends_at month_at cursor listed kept started_at done_at months"
    " due_at trouble",
    models.Comparison: "id merchant_id due_at began_at phase cursor found done_at compared_until healed trouble"
    " trouble_at webhook_trouble webhook_id webhook_since replay_until replayed_at",
    models.Endpoint: "id merchant_id name url events on off_why secret old_secret old_until created_at"
    " failing_since last_ok_at removed_at",
    models.EndpointTry: "id delivery_id at status reason milliseconds",
    models.Experiment: "id merchant_id key channel language number_a number_b planned started_at ended_at actor",
    models.Learned: "id merchant_id day decision arm resolved recovered cancelled unsubscribed complained disputed"
    " dropped probability",
    models.Merchant: "id biz_id title zone locale sender_name reply_to hash_key created_at alert_email"
    " alert_amounts digest_on digest_hour digest_due_at digest_after_id digest_from retries_on other_card_on"
    " wording_number control_share launch_cases launch_drawn learning_on winback_on winback_url winback_code"
    " flood_since flood_until erasures",
    models.MerchantUser: "id merchant_id user_id role checked_at",
    models.Policy: "id merchant_id number key name matches campaign position active saved_at actor",
    models.Proof: "id merchant_id name ok code text at",
    models.SavedWording: "id merchant_id key channel language number text actor saved_at",
    models.SessionRow: "id sid_hash data user_id created_at seen_at expires_at label",
    models.User: "id email name whop_user_id created_at signed_in_at",
    models.WhopGrant: "id user_id sealed expires_at held_until version",
    # Of the install, and sums.
    models.ChannelFault: "id channel reason times since ended_at",
    models.BrokenRule: "id name found examples since ended_at",
    models.Chore: f"id name done_at failed {JOB}",
    models.Install: "id place held_since held_because",
    models.RetentionMark: "id name after_id at",
    models.TelegramUpdate: "id bot_id update_id handled_at",
    models.CaseTally: "id merchant_id day origin state decline_class touched arm product_id currency cases"
    " amount_minor taken_back_minor fresh",
    models.RecoveryTally: "id merchant_id day product_id currency hours cases fresh",
    models.DrawnTally: "id merchant_id day arm share paid_on running people fresh",
    models.MessageTally: "id merchant_id day product_id currency channel wording_key what messages amount_minor"
    " taken_back_minor fresh",
}
