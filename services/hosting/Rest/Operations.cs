using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TradingSystem.Hosting.Rest;

/// <summary>What a route says about itself beside its role and its types.</summary>
public static class Operations
{
    /// <param name="id">camelCase, unique over all services: generators name their functions so.</param>
    /// <param name="summary">One sentence for people.</param>
    public static TBuilder Operation<TBuilder>(this TBuilder route, string id, string summary)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithName(id).WithSummary(summary);
}
