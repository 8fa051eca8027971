using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Hooks;

/// <summary>A request's body as its bytes, whatever its content type says.</summary>
internal static class RawBody
{
    private const int FirstBytes = 4 * 1024;

    /// <summary>The bytes, or why they were not read: there are too many of them, or they come too slowly.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, RestError? Refusal)> ReadAsync(HttpRequest request, int most, TimeSpan within, TimeProvider time)
    {
        if (request.ContentLength > most)
        {
            return (default, RestError.TooLarge(most));
        }

        using var patience = new CancellationTokenSource(within, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, request.HttpContext.RequestAborted);
        var buffer = new byte[(int)(request.ContentLength ?? FirstBytes) + 1];
        var length = 0;
        try
        {
            for (int count; (count = await request.Body.ReadAsync(buffer.AsMemory(length), deadline.Token)) > 0;)
            {
                length += count;
                if (length > most)
                {
                    return (default, RestError.TooLarge(most));
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, Math.Min(2 * length, most + 1));
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return (default, RestError.Of(StatusCodes.Status408RequestTimeout, "request_timeout", "$", $"a body within {within.TotalSeconds} s", "less of it"));
        }

        return (buffer.AsMemory(0, length), null);
    }
}
