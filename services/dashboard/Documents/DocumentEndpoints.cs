using TradingSystem.Dashboard.Forwarding;

namespace TradingSystem.Dashboard.Documents;

public static class DocumentEndpoints
{
    /// <summary>In one process the host's own document has every route already; this one would only take its place.</summary>
    public static void MapFrontDocument(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<ForwardOptions>().Targets.Any())
        {
            return;
        }

        var document = app.Services.GetRequiredService<FrontDocument>();
        app.MapGet($"/openapi/{FrontDocument.Version}.json", async http =>
        {
            var json = await document.GetAsync(http.RequestAborted);
            http.Response.ContentType = "application/json;charset=utf-8";
            http.Response.ContentLength = json.Length;
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        }).AllowAnonymous().ExcludeFromDescription();
    }
}
