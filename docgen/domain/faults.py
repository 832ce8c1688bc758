"""Everything the lint can find wrong with a form and its Word files, by stable code."""

from enum import StrEnum


class Fault(StrEnum):
    """A kind of fault; its sentence is `lint.CODE`, how to mend it stands in docs/lint.md."""

    # the file as a package
    PACKAGE_DAMAGED = "package_damaged"
    PACKAGE_TOO_LARGE = "package_too_large"
    FORBIDDEN_CONTENT = "forbidden_content"
    NOT_A_PICTURE = "not_a_picture"
    EXTERNAL_REFERENCE = "external_reference"
    LINK_FORBIDDEN = "link_forbidden"
    FORBIDDEN_FIELD = "forbidden_field"
    TAG_IN_FIELD = "tag_in_field"
    OPEN_CHANGE = "open_change"
    OPEN_COMMENT = "open_comment"
    TEMPLATE_REJECTED = "template_rejected"

    # tags
    TAG_FORMATTING = "tag_formatting"
    TAG_INTERRUPTED = "tag_interrupted"
    TAG_OVER_PARAGRAPHS = "tag_over_paragraphs"
    TAG_QUOTES = "tag_quotes"
    TAG_UNBALANCED = "tag_unbalanced"
    TAG_BROKEN = "tag_broken"
    TAG_FORBIDDEN = "tag_forbidden"
    TAG_UNREAD = "tag_unread"
    ROW_TAG_OUTSIDE_ROW = "row_tag_outside_row"
    ROW_TAG_WITH_TEXT = "row_tag_with_text"
    PARAGRAPH_TAG_WITH_TEXT = "paragraph_tag_with_text"
    BLOCK_NOT_CLOSED = "block_not_closed"
    BLOCK_NOT_OPENED = "block_not_opened"
    BLOCK_ENDS_ELSEWHERE = "block_ends_elsewhere"

    # variables
    NOT_IN_OTHER_LANGUAGE = "not_in_other_language"
    VARIABLE_UNKNOWN = "variable_unknown"
    VARIABLE_UNUSED = "variable_unused"
    VARIABLE_NOT_TEXT = "variable_not_text"
    LOOP_OVER_NO_LIST = "loop_over_no_list"
    FIELD_NOT_IN_CONTEXT = "field_not_in_context"
    NUMBER_MISSING = "number_missing"

    # letters
    GLYPH_MISSING = "glyph_missing"
    FONT_NOT_PINNED = "font_not_pinned"
    STYLE_FONT_NOT_PINNED = "style_font_not_pinned"
    SOFT_HYPHEN = "soft_hyphen"
    UNPRINTABLE = "unprintable"
    MIXED_SCRIPTS = "mixed_scripts"
    RUN_LANGUAGE = "run_language"

    # places of the marks
    SEAL_MISSING = "seal_missing"
    SEAL_OUTSIDE_CELL = "seal_outside_cell"
    SEAL_CELL_TOO_SMALL = "seal_cell_too_small"
    SEAL_CELL_NOT_EMPTY = "seal_cell_not_empty"
    MARK_MISSING = "mark_missing"
    MARK_NOT_ALLOWED = "mark_not_allowed"
    BOOKMARK_REPEATED = "bookmark_repeated"
    QR_MISSING = "qr_missing"

    # the two languages as halves of one document
    STYLE_DIFFERS = "style_differs"
    EVEN_PAGES_DIFFER = "even_pages_differ"
    HEADER_MISSING = "header_missing"
    NOTES_NOT_JOINED = "notes_not_joined"

    # editions
    TEMPLATE_MISSING = "template_missing"
    TEMPLATE_CHANGED = "template_changed"
    EDITION_FILE_MISSING = "edition_file_missing"
    EDITION_FILE_CHANGED = "edition_file_changed"
    HASH_NOT_PINNED = "hash_not_pinned"
    TEXTS_CHANGED = "texts_changed"
    ORPHAN = "orphan"

    # the form's own texts
    WORD_MISSING = "word_missing"
    WORD_EMPTY = "word_empty"
    TITLE_MISSING = "title_missing"
    SMS_NAME_MISSING = "sms_name_missing"
    WAYS_EMPTY = "ways_empty"
    EXAMPLE_REJECTED = "example_rejected"


PRINTED_ALL_THE_SAME = frozenset(
    (
        Fault.TAG_FORMATTING, Fault.SOFT_HYPHEN, Fault.UNPRINTABLE, Fault.MIXED_SCRIPTS,
        Fault.RUN_LANGUAGE, Fault.NOT_IN_OTHER_LANGUAGE, Fault.VARIABLE_UNUSED,
        Fault.MARK_MISSING, Fault.MARK_NOT_ALLOWED,
    )
)  # fmt: skip
"""What does not hinder a document: nothing to tell of a retired edition, which never changes."""
