namespace TradingSystem.Contracts.Wire;

/// <summary>The codes with which REST refuses a change of an account or an order, beside what its <c>message</c> and <c>detail</c> say.</summary>
public static class RestCodes
{
    public const string KeyMissing = "KEY_MISSING";
    public const string NameTaken = "NAME_TAKEN";
    public const string ChangedMeanwhile = "CHANGED_MEANWHILE";
    public const string AccountHasOrders = "ACCOUNT_HAS_ORDERS";
    public const string AccountBound = "ACCOUNT_BOUND";
    public const string AccountInUse = "ACCOUNT_IN_USE";
    public const string GroupHasPosition = "GROUP_HAS_POSITION";
    public const string GroupHasOrder = "GROUP_HAS_UNFINISHED_ORDER";
    public const string CredentialsUnverified = "CREDENTIALS_UNVERIFIED";
    public const string CredentialsRefused = "CREDENTIALS_REFUSED";
    public const string CredentialsUnreadable = "CREDENTIALS_UNREADABLE";
    public const string PositionModeMismatch = "POSITION_MODE_MISMATCH";
    public const string MarginModeMismatch = "MARGIN_MODE_MISMATCH";
    public const string LiveNotConfirmed = "LIVE_NOT_CONFIRMED";
    public const string LiveNotPending = "LIVE_NOT_PENDING";
    public const string LiveNameDiffers = "LIVE_NAME_DIFFERS";
    public const string LiveCodeWrong = "LIVE_CODE_WRONG";
    public const string LiveCodeOver = "LIVE_CODE_OVER";
    public const string OrderEnded = "ORDER_ENDED";

    public static readonly string[] All =
    [
        KeyMissing, NameTaken, ChangedMeanwhile, AccountHasOrders, AccountBound, AccountInUse, GroupHasPosition, GroupHasOrder, CredentialsUnverified, CredentialsRefused,
        CredentialsUnreadable, PositionModeMismatch, MarginModeMismatch, LiveNotConfirmed, LiveNotPending, LiveNameDiffers, LiveCodeWrong, LiveCodeOver, OrderEnded,
    ];
}
