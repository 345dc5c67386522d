"""`configs/events.yaml`: what people call the event types."""

from leadscore.config.section import Section


class EventsConfig(Section):
    """The tracking plan; a type that is not named here works all the same."""

    labels: dict[str, str] = {
        "page_viewed": "page view",
        "pricing_viewed": "pricing-page view",
        "post_liked": "post like",
        "post_commented": "post comment",
        "webinar_registered": "webinar registration",
        "webinar_attended": "webinar attendance",
        "chat_started": "live chat",
        "email_opened": "opened e-mail",
        "email_clicked": "e-mail click",
        "form_submitted": "submitted form",
        "demo_requested": "demo request",
        "show_visited": "trade-show visit",
        "content_downloaded": "download",
        "referral_made": "referral",
    }
    """Event type -> singular words for reasons; others are read from the type's name."""
