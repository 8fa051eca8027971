using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// Refuses control characters in an address, whatever the route: its parts become parameters of statements, and one with U+0000 fails while it
/// is being sent, which leaves a pooled connection with an answer that nobody reads. Bodies are held to it by the wire's <see cref="StrictJson"/>.
/// </summary>
public static class TextGuard
{
    public static void UseTextGuard(this IApplicationBuilder app) =>
        app.Use((context, next) => Fault(context.Request) is { } fault
            ? RestError.Invalid([fault]).ExecuteAsync(context)
            : next(context));

    private static FieldError? Fault(HttpRequest request)
    {
        if (ControlCharacters.First(request.Path.Value ?? "") is { } inPath)
        {
            return new("path", ControlCharacters.Rule, inPath);
        }

        foreach (var (name, values) in request.Query)
        {
            if ((ControlCharacters.First(name) ?? values.Select(v => ControlCharacters.First(v ?? "")).FirstOrDefault(c => c is not null)) is { } got)
            {
                return new(FieldError.Shorten(name), ControlCharacters.Rule, got);
            }
        }

        return null;
    }
}
