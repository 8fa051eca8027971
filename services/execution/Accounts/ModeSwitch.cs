using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Body of verify and activate, which may have none.</summary>
/// <param name="SwitchModes">Whether the exchange is to be switched to the account's modes, should it have others.</param>
[NoNulls]
public sealed record ModeSwitch(bool? SwitchModes = null)
{
    /// <summary>Its name on the wire, in the bodies of POST and PATCH, too.</summary>
    public const string Field = "switch_modes";

    private static readonly string[] Known = [Field];

    internal static async Task<(bool Asked, IResult? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // A body that is sent in chunks says its length only by its end.
        var first = await request.BodyReader.ReadAsync(cancellationToken);
        var isNone = first.IsCompleted && first.Buffer.IsEmpty;
        request.BodyReader.AdvanceTo(first.Buffer.Start);
        if (isNone)
        {
            return (false, null);
        }

        using var body = await AccountBody.ReadAsync(request, Known, cancellationToken);
        if (body.Error is { } unreadable)
        {
            return (false, unreadable);
        }

        var asked = body.Fields.Flag(Field);
        return (asked == true, body.Error);
    }
}
