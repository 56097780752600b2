"""Every code that the pipeline answers with, and the one sentence that says what it means.

A code is a text: it compares and serializes as its value. The tables in docs/ are checked against these enums.
"""

from enum import StrEnum


class Code(StrEnum):
    """A code and its meaning."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Code":
        """`value` is the code itself, `meaning` one sentence for the reader of an answer."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code


class IssueCode(Code):
    """What is odd about a source: the codes of `quality.issues`."""

    MODULE_UNAVAILABLE = (
        "module_unavailable",
        "only the page's first rows came; such a list never replaces a fuller one",
    )
    TOTAL_UNKNOWN = "total_unknown", "the portal does not say how many rows there are"
    ROW_COUNT = "row_count", "the portal reports another number of rows than it gave"
    TOTAL_CHANGED = "total_changed", "the portal's total changed while the list was read"
    PAGE_CUT_SHORT = "page_cut_short", "the page does not end as a page does"
    SLIPPED_BETWEEN_PAGES = (
        "slipped_between_pages",
        "a line is on two pages of the list, so another may be missing",
    )
    WEIGHT_SUM = "weight_sum", "the sum of the weights is not what a fund's can be"
    ORDER_BROKEN = "order_broken", "a weight is larger than the one before it"
    IMPLIED_WEIGHT_TOO_LARGE = (
        "implied_weight_too_large",
        "a line's weight reads 0.00, and its market value implies 0.005 % or more, so it does not count",
    )
    VALUE_AGAINST_WEIGHT = "value_against_weight", "a line's market value does not fit its weight"
    PAGE_AGAINST_PARTS = "page_against_parts", "a row of the page is not in the list"
    REPEATED_SYMBOL = "repeated_symbol", "a symbol is on more than one line"
    SYMBOL_MISSING = "symbol_missing", "the line has no symbol"
    NAME_MISSING = "name_missing", "the line has no name"
    WEIGHT_MISSING = "weight_missing", "the line has no weight"
    SHARES_MISSING = "shares_missing", "the line has no number of shares"
    VALUE_MISSING = "value_missing", "the line has no market value"
    UNREADABLE_NUMBER = "unreadable_number", "a cell that should hold a number holds something else"
    NUMBER_OUT_OF_RANGE = "number_out_of_range", "a number is not one that a holding can have, so it is null"
    ROUNDED_VALUE = "rounded_value", "a number is given only in rounded form, such as $2.3B"
    NAME_CUT = "name_cut", "the name is cut short"
    SYMBOL_CUT = "symbol_cut", "the symbol is longer than any real one and is cut short"
    QUOTE_MISSING = "quote_missing", "the page has no quote"
    PRICE_MISSING = "price_missing", "the quote has no last price"
    BID_MISSING = "bid_missing", "the quote has no bid"
    ASK_MISSING = "ask_missing", "the quote has no ask"
    VOLUME_MISSING = "volume_missing", "the quote has no exact volume"
    QUOTE_OUT_OF_RANGE = "quote_out_of_range", "a number of the quote is not one that a quote can have, so it is null"
    CHANGE_UNREADABLE = "change_unreadable", "the change is not an amount"
    CHANGE_CONTRADICTORY = "change_contradictory", "the change's amount and per cent have different signs"
    CHANGE_CUT = "change_cut", "the text of the change is longer than any real one and is cut short"
    QUOTE_TIME_MISSING = "quote_time_missing", "the quote has no time"
    QUOTE_BEFORE_CLOSE = (
        "quote_before_close",
        "the page says close of a session that had not closed when the page was fetched",
    )
    QUOTE_TIME_IN_FUTURE = "quote_time_in_future", "the quote's time is after the fetch"
    QUOTE_TIME_INVALID = "quote_time_invalid", "the quote's time is one that no trading day in New York has"
    QUOTE_CROSSED = "quote_crossed", "the bid is above the ask"
    FUND_NAME_MISSING = "fund_name_missing", "the page has no title"
    FUND_NAME_CUT = "fund_name_cut", "the fund's name is longer than any real one and is cut short"
    UNREADABLE_DATE = "unreadable_date", "a field that should hold a date holds something else, so it is null"
    UNKNOWN_CODE = "unknown_code", "a code is not one of the form's; it stands as filed"
    CHECK_DIGIT_WRONG = "check_digit_wrong", "an ISIN or CUSIP does not fit its check digit; it stands as filed"
    MISCELLANEOUS_SECURITIES = (
        "miscellaneous_securities",
        "some of the fund's assets are in securities that the public filing does not list",
    )
    NO_LINES = "no_lines", "the filing has no line, as a fund's last one may"


class ErrorCode(Code):
    """Why something failed: the code of every expected fault, and of `error` in a status."""

    MODULE_UNAVAILABLE = "module_unavailable", "the module API failed, so only the page's first rows came"
    PORTAL_UNAVAILABLE = "portal_unavailable", "the portal did not answer, answered with an error, or took too long"
    PORTAL_BUSY = "portal_busy", "the portal asks to come back later than an attempt may wait"
    PORTAL_REFUSED = "portal_refused", "the page of a known ETF came back as something else, such as a sign-in page"
    CAPTURE_LIMIT = "capture_limit", "the answers are larger or slower than one capture may be"
    NOT_AN_ETF = "not_an_etf", "the portal has no ETF page for this symbol"
    LAYOUT_CHANGED = "layout_changed", "the page or an answer lacks something that the numbers cannot be read without"
    CAPTURE_MISMATCH = "capture_mismatch", "parts of a capture are missing or belong to another attempt"
    DAMAGED_OBJECT = "damaged_object", "stored bytes do not match their checksum"
    SEC_UNAVAILABLE = "sec_unavailable", "the SEC did not answer, answered with an error, or took too long"
    SEC_BUSY = "sec_busy", "the SEC asks to come back later than an attempt may wait"
    SEC_BLOCKED = "sec_blocked", "the SEC blocks this address for too many requests; nothing is asked for 10 minutes"
    SEC_REFUSED = "sec_refused", "the SEC answered with a page of another kind than a filing or a list of filings"
    SEC_LAYOUT_CHANGED = "sec_layout_changed", "a list of the SEC lacks something that filings cannot be found without"
    CONTACT_MISSING = "contact_missing", "there is no `contact` in the config, so the SEC is not asked"
    CONTACT_REFUSED = "contact_refused", "the SEC refuses requests with the `contact` of the config"
    TICKER_UNKNOWN = "ticker_unknown", "the SEC's lists of tickers do not have the symbol, so it is no fund that files"
    NO_NPORT = "no_nport", "the registrant behind the symbol has filed no Form N-PORT"
    STALE_TICKER = "stale_ticker", "the SEC's list names another fund for the symbol, so its filings are not taken"
    FUND_NAME_DOUBTFUL = "fund_name_doubtful", "the filing's name of the fund has little in common with the portal's"
    FILING_MISSING = "filing_missing", "the SEC lists the filing but does not have its document"
    STORAGE_REFUSED = "storage_refused", "S3 refused a call"
    TIMED_OUT = "timed_out", "the capture took longer to transform than it may"
    INTERRUPTED = "interrupted", "the transform of a capture did not come to its end: out of time or memory"
    CLOCK_AHEAD = "clock_ahead", "the run, the fetch or the holdings are dated later than S3's own time"
    UNEXPECTED = "unexpected", "a defect of the pipeline; the log has the traceback"
    WRITE_CONFLICT = "write_conflict", "other writers were faster, several times in a row"
    QUEUE_REFUSED = "queue_refused", "the queue did not take the messages of some symbols"
    OLDER_RUN = "older_run", "a newer snapshot stays in place"
    FEWER_LINES = "fewer_lines", "a fuller snapshot of the same holdings date stays in place"
    OBJECT_NOT_FOUND = "object_not_found", "there is no object of that key"
    NOT_MODIFIED = "not_modified", "the object is still the one that the caller knows"
    CAPTURES_PENDING = "captures_pending", "the sweep could not transform some captures yet"
    FILING_UNREADABLE = "filing_unreadable", "the document is not a whole, well-formed filing on Form N-PORT"
    FILING_LIMIT = "filing_limit", "the document is larger, deeper or longer than a filing may be"
    FILING_WITHOUT_LINES = "filing_without_lines", "the fund has net assets, and its filing lists nothing"
    FILING_CHANGED = "filing_changed", "other bytes came under the number of a filing that is here, which stays"
    OTHER_SERIES = "other_series", "the filing is of another series than the one that was asked for"
    OLDER_FILING = "older_filing", "a filing of the same date that was filed later stays in place"
    FILINGS_PENDING = "filings_pending", "the sweep could not parse some filings yet"
    MALFORMED_EVENT = "malformed_event", "an event or a queue message lacks what the function needs"
    MALFORMED_SYMBOL = "malformed_symbol", "the text cannot be a ticker symbol"
    USAGE = "usage", "the config, the environment or the call is wrong"
    RETRYABLE = "retryable", "the same call may succeed later"
    PIPELINE_ERROR = "pipeline_error", "an expected fault without a code of its own"


class ResultCode(Code):
    """How an attempt ended: `result` in a status."""

    OK = "ok", "a new snapshot is published"
    PAGE_ONLY = "page_only", "only the page's first rows came"
    KEPT_BACK = "kept_back", "a newer or fuller snapshot stays in place"
    NOT_AN_ETF = "not_an_etf", "the portal has no ETF page for this symbol"
    FAILED = "failed", "there is no new snapshot; the error says why"


class StaleCode(Code):
    """Why a snapshot is stale."""

    NO_SNAPSHOT = "no_snapshot", "there is no snapshot"
    CAPTURE_DUE = "capture_due", "a New York session has closed since the capture was made"
    HOLDINGS_OLD = "holdings_old", "the holdings are older than `stale_after_days`"
    CLOCK_AHEAD = "clock_ahead", "the snapshot is dated later than now, so its age is unknown"
    TIMES_UNKNOWN = "times_unknown", "the snapshot does not say when it was fetched, or of which day its holdings are"


class Reason(Code):
    """Why a figure is null: the values of `reasons` in an answer."""

    PARTIAL_LIST = "partial_list", "some lines are not listed, and no bounds can be given"
    TOTAL_UNKNOWN = "total_unknown", "nobody knows how many lines are not listed, or their sum has no limit"
    WEIGHT_MISSING = "weight_missing", "a line that would count has no weight"
    WEIGHT_IMPOSSIBLE = "weight_impossible", "a weight is not one that a line of a fund can have, so it does not count"
    NO_REFERENCE_LINE = (
        "no_reference_line",
        "no line above 0.05 % has a market value, so the weights that read 0.00 cannot be implied",
    )
    SHARES_MISSING = "shares_missing", "a line has no number of shares"
    VALUE_MISSING = "value_missing", "a line has no market value"
    FACTORS_NOT_CONFIGURED = (
        "factors_not_configured",
        "the config names no reference fund: `factors` in etl_config.yaml names the market and the others",
    )
    REFERENCE_NOT_THERE = (
        "reference_not_there",
        "the reference fund has no snapshot yet: the next refresh fetches it",
    )
    MARKET_NOT_THERE = "market_not_there", "the market fund has no snapshot yet: the next refresh fetches it"
    REFERENCE_DAMAGED = (
        "reference_damaged",
        "the snapshot of the reference fund, or of the market fund, cannot be read at the moment: its next refresh "
        "replaces it",
    )
    NOT_ON_FILINGS = (
        "not_on_filings",
        "the reference funds are compared by Schwab's lists, and an answer on filings uses none",
    )
    NOT_COMPARED_YET = (
        "not_compared_yet",
        "the tables have not compared this list with the reference fund's yet: their next build goes on with it",
    )
    TOO_MANY_LINES = (
        "too_many_lines",
        "these lists and those of the reference funds have too many lines together: ask about fewer or smaller funds",
    )
    DATE_UNREADABLE = "date_unreadable", "a holdings date is not a date"
    ORDER_BROKEN = "order_broken", "a partial list is not in the order of its weights, so its last line bounds nothing"
    SLIPPED_BETWEEN_PAGES = "slipped_between_pages", "a line may be listed twice and another be missing"
    NO_LINES = "no_lines", "the partial list has no line"
    NO_COUNTED_LINES = "no_counted_lines", "no line counts"
    NOTHING_LEFT = "nothing_left", "the portfolio holds nothing but this fund"
    ONE_FUND = "one_fund", "the portfolio holds fewer than two funds that are here"
    NOTHING_IN_COMMON = "nothing_in_common", "no two funds of the portfolio list the same security"
    UNCLASSIFIED = "unclassified", "no line has a sector"
    SECTORS_UNKNOWN = (
        "sectors_unknown",
        "less than 80 % of a fund is certain to be in companies whose sector is known, as with bonds and gold",
    )
    QUOTE_IS_CLOSE = "quote_is_close", "the quote is a close, so there is no spread"
    QUOTE_TIME_UNKNOWN = (
        "quote_time_unknown",
        "the quote does not say when it was made, so its bid and ask may be placeholders",
    )
    QUOTE_MISSING = "quote_missing", "there is no bid or no ask"
    QUOTE_CROSSED = "quote_crossed", "the bid is above the ask"
    EXPENSE_RATIO_UNKNOWN = "expense_ratio_unknown", "the expense ratio is not known"
    NOT_FINITE = "not_finite", "the figure is beyond what a number can hold"
    VALUE_UNKNOWN = "value_unknown", "only proportions are given, so there are no amounts in USD"
    VALUE_ROUNDED = "value_rounded", "a market value is given only in rounded form, so it gives no price"
    NO_COMMON_FACTOR = (
        "no_common_factor",
        "too few lines moved by one factor, so creations and redemptions cannot be told from trades",
    )
    BASKETS_DISAGREE = (
        "baskets_disagree",
        "the line was bought if it was in one basket and sold if it was in the other",
    )
    NOT_HELD = "not_held", "the fund does not hold the line on that date, so it has no price"
    LINES_IN_DOUBT = "lines_in_doubt", "it is in doubt which lines of the two dates are one security"
    SPLIT_SUSPECTED = (
        "split_suspected",
        "shares and price moved as in a split, but fit none exactly, so neither a trade nor a return can be told",
    )
    SAME_DATE = "same_date", "two different lists of one date: one corrects the other, so nothing was traded"
    LIST_REPEATED = (
        "list_repeated",
        "no share, value or weight differs between the two dates, so the later list may be a copy of the earlier",
    )
    DERIVATIVE = "derivative", "the market value of a derivative does not tell its return"
    PRICE_JUMPED = "price_jumped", "the implied price moved more than a market explains, so it tells no return"
    NO_QUOTE_OF_DATE = (
        "no_quote_of_date",
        "no snapshot has the fund's closing quote of the holdings date; a snapshot's quote is later than its holdings",
    )
    NO_QUOTE_OF_SECURITY = (
        "no_quote_of_security",
        "quotes are stored of funds only, and not of securities that are held directly",
    )
    FUND_SPLIT_SUSPECTED = (
        "fund_split_suspected",
        "the fund's quote moved as in a split of its own shares, and not as its holdings did, so it tells no return",
    )
    POSITION_UNPRICED = (
        "position_unpriced",
        "a position has no price on one of the dates, so no weight of the portfolio is known on it",
    )
    NO_TARGET = "no_target", "no target is given for this position"
    NOT_A_POSITION = "not_a_position", "only a target is given, and the portfolio does not hold it"
    QUOTES_DIFFER = "quotes_differ", "snapshots have different closing quotes of one date"
    NOT_BUILT_YET = (
        "not_built_yet",
        "the tables do not have this date as its snapshot is now: the next build, minutes after a refresh, adds it",
    )
    NO_EARLIER_DATE = "no_earlier_date", "there is no earlier list to compare this one with"
    SNAPSHOT_DAMAGED = (
        "snapshot_damaged",
        "the snapshot of the date before cannot be read at the moment, so nothing can be compared with it",
    )
    NOT_IN_TABLES = (
        "not_in_tables",
        "the tables over all funds, from which it comes, have no filing of these funds, or are not built yet",
    )
    NO_FILING = "no_filing", "there is no filing of the fund on Form N-PORT, or none with lines"
    NOT_IN_FILING = "not_in_filing", "the filing does not give it, or Form N-PORT does not ask for it"
    NO_BOND_LINES = "no_bond_lines", "the filing has no line of debt that counts"
    UNDISCLOSED_SECURITIES = (
        "undisclosed_securities",
        "the fund holds miscellaneous securities that its public filing does not list",
    )
    NOTHING_KNOWN = "nothing_known", "no line that counts says it"
    SIGN_UNCLEAR = (
        "sign_unclear",
        "the filing's interest rate risk has the sign of a fund that gains when rates rise, or is filed reversed",
    )


class FilingReason(Code):
    """Why there is no filing of a fund, or not all of one: `reason` of a list of filings, besides the error codes."""

    CONTACT_MISSING = "contact_missing", "the config names no contact, so the SEC is not asked"
    NOT_WANTED = "not_wanted", "the config does not ask for this fund's filings"
    NOT_ASKED_YET = "not_asked_yet", "the SEC has not been asked yet; the next weekly run asks"
    NONE_PUBLIC = "none_public", "the SEC has no public filing of this fund yet"
    BEING_READ = "being_read", "the filing has come and is being read"
    FILING_DAMAGED = "filing_damaged", "the stored filing cannot be read at the moment"


class FlawCode(Code):
    """What is wrong with a figure that is given nonetheless; `flaws` also has codes of issues and reasons."""

    BEYOND_POSSIBLE = (
        "beyond_possible",
        "the figure is larger than that of a fund without borrowed money can be: its weights may be wrong",
    )


class UnresolvedReason(Code):
    """Why a fund inside a portfolio stays closed: `why` in `unresolved`."""

    NO_SNAPSHOT = "no_snapshot", "the fund is not here"
    CYCLE = "cycle", "the fund would be opened inside itself"
    DEPTH = "depth", "the fund lies deeper than funds are opened"


class UntradeableReason(Code):
    """Why a rebalancing leaves a position as it is: `reason` in `untradeable`."""

    NOT_A_FUND = "not_a_fund", "a security, or a fund that is not here, so there is no quote of it"
    PRICE_MISSING = "price_missing", "the fund's newest snapshot has no price"
    PRICE_STALE = "price_stale", "the price is more than 5 sessions older than the last close in New York"
    PRICE_TIME_UNKNOWN = "price_time_unknown", "the quote does not say when it was made, so the price may be old"


class DoubtReason(Code):
    """Why it is in doubt whether lines are one security: `why` in `doubts`."""

    NAMES_DIFFER = "names_differ", "one ticker, two names that neither agree nor contradict, and no price that decides"
    LEGAL_FORMS_DIFFER = (
        "legal_forms_differ",
        "the prices agree, but a foreign legal form stands against an American one",
    )
    NAME_MISSING = "name_missing", "one ticker, and a line that has neither a name nor a price that decides"
    CONFLICTING_EVIDENCE = (
        "conflicting_evidence",
        "the line agrees with lines that are not one security, so it can be only one of them",
    )
    BOND_NOT_IDENTIFIED = (
        "bond_not_identified",
        "the name lacks the bond's issuer, coupon or maturity, so nobody can tell which bond it is",
    )
    NAME_NOT_UNIQUE = (
        "name_not_unique",
        "lines without a symbol whose name occurs more than once in a list, or only names a kind",
    )
    PRICES_DIFFER = (
        "prices_differ",
        "one symbol and one name on both dates, but prices that no usual split or market move explains",
    )
    CLASS_CHANGED = "class_changed", "the line is cash, a derivative or a bond on one date, and not on the other"
    RENAME_SUSPECTED = (
        "rename_suspected",
        "a line that went and a line that came may be one security under a new symbol or name",
    )
    TOO_MANY_DESCRIPTIONS = "too_many_descriptions", "too many different lines share the ticker to compare them all"


class JoinedBy(Code):
    """How a row of a list was joined with a line of a filing: `by` of a pair."""

    IDENTIFIER = "identifier", "the list gives the line's ISIN or CUSIP"
    NAME = "name", "each is the only one on its side with the other's company name"
    SHARE_CLASS = "share_class", "several have the company name, and the share class tells which"
    TICKER = "ticker", "the filing gives the row's ticker, and the names do not contradict"
    BOND = "bond", "issuer, coupon and maturity are equal, and no other bond has them"


class OpenReason(Code):
    """Why a row of a list, or a line of a filing, is joined with none of the other source."""

    NOT_COMPARED = "not_compared", "cash and derivatives are not joined"
    NO_COUNTERPART = "no_counterpart", "nothing in the other source has its name"
    NAME_MISSING = "name_missing", "it has no name that identifies anything"
    SEVERAL_CANDIDATES = (
        "several_candidates",
        "several lines have the name, and neither share class nor ticker tells which one it is",
    )
    SHARE_CLASS_DIFFERS = "share_class_differs", "the only line with the name is another share class"
    IDENTIFIER_DIFFERS = "identifier_differs", "the list gives an ISIN or CUSIP, and the line has another one"
    BOND_NOT_IDENTIFIED = "bond_not_identified", "issuer, coupon or maturity of the bond is not given"
    TOO_MANY_CANDIDATES = (
        "too_many_candidates",
        "too many have names like it, or like its counterpart's, to compare them all",
    )


class ContradictionReason(Code):
    """Why filings and lists together do not tell which ticker a security has: `why` of a contradiction."""

    TICKER_WITH_SEVERAL_ISINS = "ticker_with_several_isins", "one ticker stands for several ISINs at the same time"
    ISIN_WITH_SEVERAL_TICKERS = "isin_with_several_tickers", "one ISIN has several tickers at the same time"
