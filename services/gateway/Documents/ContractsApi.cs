using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Documents;

/// <summary>The contract of <c>/ws/events</c> for people and generators: the AsyncAPI document and a JSON Schema per frame.</summary>
public static class ContractsApi
{
    private const string SchemaType = "application/schema+json";

    public static void MapContracts(this WebApplication app)
    {
        app.MapGet("/asyncapi.json", () => TypedResults.Text(AsyncApi.Write(), "application/json")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/schemas/v1/{name}.json", IResult (string name) =>
            JsonSchemas.All.TryGetValue(name, out var schema)
                ? TypedResults.Text(schema, SchemaType)
                : RestError.NotFound("name", "one of " + string.Join(", ", JsonSchemas.All.Keys), name)).AllowAnonymous().ExcludeFromDescription();
    }
}
