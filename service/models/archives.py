"""The archive: items, their sealed versions, what is linked, where the paper is, and what two people decide."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Dated, Versioned

CLASSES = "('unclassified', 'secret', 'confidential', 'top_secret')"
# As PostgreSQL writes it back, so that the models can be compared with the schema.
RANK = (
    "CASE confidentiality WHEN 'unclassified'::text THEN 0 WHEN 'secret'::text THEN 1 "
    "WHEN 'confidential'::text THEN 2 ELSE 3 END"
)


class Unguessable:
    """A UUIDv4 primary key, which tells nothing of when its row was made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class ArchiveItem(Unguessable, Versioned, Base):
    """A record of the archive; row-level security shows it only to those who may know of it.

    `rank` stands for `confidentiality` wherever classes are compared. `paper_state` is null where no paper is kept.
    """

    __tablename__ = "archive_items"
    __table_args__ = (
        Index("uq_archive_items_code", "code", unique=True),
        Index("ix_archive_items_created", "created_at", "id"),
        Index("ix_archive_items_account", "account_id", postgresql_where=text("account_id IS NOT NULL")),
        Index("ix_archive_items_department", "department_id"),
        Index("ix_archive_items_downgrade", "downgrade_on", postgresql_where=text("downgrade_on IS NOT NULL")),
        CheckConstraint(f"confidentiality IN {CLASSES}", name="confidentiality"),
        CheckConstraint("original_group BETWEEN 1 AND 10", name="original_group"),
        CheckConstraint("state IN ('deposited', 'accepted', 'withdrawn', 'destroyed')", name="state"),
        CheckConstraint("(state IN ('accepted', 'destroyed')) = (accepted_at IS NOT NULL)", name="accepted"),
        CheckConstraint("retention IN ('permanent', 'years_30', 'years_10')", name="retention"),
        CheckConstraint("(retention = 'permanent') = (retain_until IS NULL)", name="retain_until"),
        CheckConstraint("NOT (legal_hold AND state = 'destroyed')", name="held_is_kept"),
        CheckConstraint("paper_state IN ('in_archive', 'out', 'overdue', 'lost')", name="paper_state"),
        CheckConstraint("(downgrade_on IS NULL) = (downgrade_to IS NULL)", name="downgrade"),
        CheckConstraint(f"downgrade_to IN {CLASSES}", name="downgrade_to"),
    )

    code: Mapped[str]
    reference: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str | None]
    kind: Mapped[str]
    original_group: Mapped[int | None] = mapped_column(SmallInteger)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    confidentiality: Mapped[str]
    rank: Mapped[int] = mapped_column(Computed(RANK, persisted=True))
    state: Mapped[str] = mapped_column(server_default="deposited")
    depositor_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    dated_on: Mapped[date | None]
    retention: Mapped[str]
    retain_until: Mapped[date | None]
    legal_hold: Mapped[bool] = mapped_column(server_default="false")
    hold_reason: Mapped[str | None]
    original_held: Mapped[bool] = mapped_column(server_default="false")
    paper_state: Mapped[str | None]
    place: Mapped[str | None]
    paper_holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    paper_due_at: Mapped[datetime | None]
    downgrade_on: Mapped[date | None]
    downgrade_to: Mapped[str | None]
    destroyed_at: Mapped[datetime | None]


class ArchiveVersion(Unguessable, Dated, Base):
    """One file of an item, never changed: its plain text's SHA-256 and size, and the wrapped key that opens it.

    `sealed_as` is the class at sealing, part of the content's associated data; `wrapped_as` that of the key which wraps
    its key now. Without `wrapped_key` the content is gone for ever.
    """

    __tablename__ = "archive_versions"
    __table_args__ = (
        Index("uq_archive_versions_number", "item_id", "number", unique=True),
        Index("uq_archive_versions_object_key", "object_key", unique=True),
        Index("ix_archive_versions_key", "key_id"),
        CheckConstraint("state IN ('deposited', 'accepted', 'refused')", name="state"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint(f"sealed_as IN {CLASSES} AND wrapped_as IN {CLASSES}", name="confidentiality"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="deposited")
    filename: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    object_key: Mapped[str]
    sealed_as: Mapped[str]
    wrapped_as: Mapped[str]
    key_id: Mapped[str]
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    uploader_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class ArchiveLink(Unguessable, Dated, Base):
    """From an item to another item, or to a document elsewhere by its address."""

    __tablename__ = "archive_links"
    __table_args__ = (
        CheckConstraint("(target_id IS NULL) <> (url IS NULL)", name="one_target"),
        CheckConstraint("target_id <> item_id", name="not_itself"),
        Index("uq_archive_links_target", "item_id", "target_id", unique=True),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"), index=True)
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("archive_items.id"), index=True)
    url: Mapped[str | None]
    note: Mapped[str | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class CustodyReceipt(Unguessable, Dated, Base):
    """The paper changed hands, or somebody looked where it is: append-only, in the archivist's words."""

    __tablename__ = "custody_receipts"
    __table_args__ = (
        CheckConstraint("kind IN ('received', 'handed_out', 'returned', 'counted', 'lost', 'found')", name="kind"),
        Index("ix_custody_receipts_item", "item_id", "created_at"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"))
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str | None]
    due_at: Mapped[datetime | None]
    note: Mapped[str | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class ArchiveProposal(Unguessable, Versioned, Base):
    """What takes two people: lowering a class, destroying after retention, lifting a hold.

    `class_as_proposed`: the item's class at that moment; of another nothing was proposed.
    `second_id`: the one asked to decide, who thereby knows of the proposal, though perhaps not of the item.
    """

    __tablename__ = "archive_proposals"
    __table_args__ = (
        CheckConstraint("action IN ('lower', 'destroy', 'lift_hold')", name="action"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(action = 'lower') = (to_confidentiality IS NOT NULL)", name="lower_to"),
        CheckConstraint(f"to_confidentiality IN {CLASSES}", name="to_confidentiality"),
        CheckConstraint(f"class_as_proposed IN {CLASSES}", name="class_as_proposed"),
        Index(
            "uq_archive_proposals_open", "item_id", "action", unique=True, postgresql_where=text("state = 'proposed'")
        ),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"), index=True)
    action: Mapped[str]
    class_as_proposed: Mapped[str]
    to_confidentiality: Mapped[str | None]
    effective_on: Mapped[date | None]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="proposed")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    second_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
