"""Errors as stable codes; their words and HTTP status are added at the edge (`shared/wire/problems.py`)."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every code a person or a program may meet; a code once released never changes its meaning."""

    # the log
    NOT_A_LINE = "not_a_line"
    LINE_TOO_LONG = "line_too_long"
    CHAIN_BROKEN = "chain_broken"
    HEAD_SIGNATURE_WRONG = "head_signature_wrong"
    HEAD_NOT_FOUND = "head_not_found"
    NOT_A_LOG = "not_a_log"
    LOG_KEY_MISMATCH = "log_key_mismatch"
    # the store
    NOT_RECORDED = "not_recorded"
    DISK_FULL = "disk_full"
    NOT_A_DATABASE = "not_a_database"
    DATABASE_IN_USE = "database_in_use"
    # events
    UNKNOWN_EVENT_TYPE = "unknown_event_type"
    FIELD_MISSING = "field_missing"
    FIELD_UNKNOWN = "field_unknown"
    FIELD_INVALID = "field_invalid"
    # people and access
    NOT_ALLOWED = "not_allowed"
    NOT_ON_DUTY = "not_on_duty"
    WITNESS_MISSING = "witness_missing"
    WITNESS_IS_ACTOR = "witness_is_actor"
    WITNESS_NOT_ALLOWED = "witness_not_allowed"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    PIN_TOO_SIMPLE = "pin_too_simple"
    SIGN_IN_FIRST = "sign_in_first"
    PASSPHRASE_WRONG = "passphrase_wrong"
    PASSPHRASE_TOO_SHORT = "passphrase_too_short"
    FORM_EXPIRED = "form_expired"
    PAGE_NOT_FOUND = "page_not_found"
    REQUEST_REFUSED = "request_refused"
    # the day
    ALREADY_OPEN = "already_open"
    NOT_ENROLLED = "not_enrolled"
    ALREADY_ENROLLED = "already_enrolled"
    ENROLMENT_UNREADABLE = "enrolment_unreadable"
    ENTER_BY_LAUNCH = "enter_by_launch"
    TIME_IMPOSSIBLE = "time_impossible"
    PLAN_NOT_LOADED = "plan_not_loaded"
    SIGNAL_UNKNOWN = "signal_unknown"
    SEAT_UNKNOWN = "seat_unknown"
    BLOCK_UNKNOWN = "block_unknown"
    REASON_MISSING = "reason_missing"
    NOTHING_TO_CORRECT = "nothing_to_correct"
    ALREADY_VOID = "already_void"
    # a plan file
    PLAN_INVALID = "plan_invalid"
    PLAN_NOT_YAML = "plan_not_yaml"
    PLAN_NOT_UTF8 = "plan_not_utf8"
    PLAN_TOO_LARGE = "plan_too_large"
    PLAN_KEY_DUPLICATE = "plan_key_duplicate"
    PLAN_KEY_UNKNOWN = "plan_key_unknown"
    PLAN_KEY_MISSING = "plan_key_missing"
    PLAN_SHAPE_WRONG = "plan_shape_wrong"
    PLAN_VALUE_INVALID = "plan_value_invalid"
    PLAN_TIME_IMPOSSIBLE = "plan_time_impossible"
    PLAN_DATE_IMPOSSIBLE = "plan_date_impossible"
    PLAN_END_BEFORE_START = "plan_end_before_start"
    PLAN_PHASE_ORDER = "plan_phase_order"
    PLAN_PHASE_TOO_EARLY = "plan_phase_too_early"
    PLAN_DUPLICATE_ID = "plan_duplicate_id"
    PLAN_NAME_UNKNOWN = "plan_name_unknown"
    PLAN_OVERLAP = "plan_overlap"
    PLAN_SEAL_MISSING = "plan_seal_missing"
    # the road between laptop and office
    ENROL_CODE_WRONG = "enrol_code_wrong"
    ENROL_CODE_USED = "enrol_code_used"
    SESSION_EXPIRED = "session_expired"
    DEVICE_UNKNOWN = "device_unknown"
    PROTOCOL_UNKNOWN = "protocol_unknown"
    BODY_INVALID = "body_invalid"
    BODY_TOO_LARGE = "body_too_large"
    BODY_DAMAGED = "body_damaged"
    HEAD_MISSING = "head_missing"
    HEAD_UNKNOWN = "head_unknown"
    LOG_UNKNOWN = "log_unknown"
    LOG_NOT_VOUCHED = "log_not_vouched"
    SCHOOL_WRONG = "school_wrong"
    CAMPAIGN_WRONG = "campaign_wrong"
    MODE_WRONG = "mode_wrong"
    CONTENT_UNKNOWN = "content_unknown"
    OFFICE_UNREACHABLE = "office_unreachable"
    OFFICE_NOT_OURS = "office_not_ours"
    OFFICE_KEY_WRONG = "office_key_wrong"
    OFFICE_FAILED = "office_failed"
    OFFICE_REFUSED = "office_refused"
    REPLY_CUT = "reply_cut"
    LOG_FORKED = "log_forked"
    LOG_BEHIND = "log_behind"
    # the office's own keeping
    SCHOOL_UNKNOWN = "school_unknown"
    SCHOOL_LIST_INVALID = "school_list_invalid"
    SCHOOL_COLUMN_MISSING = "school_column_missing"
    SCHOOL_CELL_INVALID = "school_cell_invalid"
    SHEET_UNREADABLE = "sheet_unreadable"
    PLAN_UNKNOWN = "plan_unknown"
    OFFICE_ALREADY_MADE = "office_already_made"
    OFFICE_NOT_MADE = "office_not_made"
    ACCOUNT_WRONG = "account_wrong"
    NAME_TAKEN = "name_taken"
    BACKUP_EXISTS = "backup_exists"
    # rules of a feature that a line can break although its fields are well formed
    RULE_BROKEN = "rule_broken"
    INTERNAL = "internal"


class DomainError(Exception):
    """A rule said no: a code, the place it was found, and the values its sentence needs (never a pupil's name)."""

    def __init__(self, code: ErrorCode, place: str = "", **values: object) -> None:
        super().__init__(code, place, values)
        self.code = code
        self.place = place
        self.values = values

    def __str__(self) -> str:
        details = " ".join(f"{key}={value!r}" for key, value in self.values.items())
        return " ".join(part for part in (self.code.value, self.place, details) if part)
