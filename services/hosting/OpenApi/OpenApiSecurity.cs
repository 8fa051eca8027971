using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting.OpenApi;

/// <summary>Metadata of a route that checks a bearer credential of its own instead of a person's token.</summary>
public sealed record BearerCredential(string Scheme, string Description);

/// <summary>Says in the OpenAPI document which routes want which token and whose role; it follows from their authorization metadata.</summary>
public static class OpenApiSecurity
{
    /// <summary>The operation's extension that names the least role.</summary>
    public const string RequiredRole = "x-required-role";

    /// <summary>The operation's extension that says that a trading group's token opens it, too.</summary>
    public const string GroupToken = "x-group-token";

    private const string Jwt = "jwt";

    private static readonly BearerCredential OfGroup = new("group_token", "A trading group's own token; it sees what is its group's");

    public static void DescribeSecurity(this OpenApiOptions options) =>
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var role = Roles.RequiredRole(metadata);
            if (role is not null)
            {
                operation.Description = string.Join("\n\n", new[] { operation.Description, $"For the role {role} or above." }.Where(t => !string.IsNullOrEmpty(t)));
                (operation.Extensions ??= new Dictionary<string, IOpenApiExtension>())[RequiredRole] = new JsonNodeExtension(role);
            }

            if (Scheme(metadata, role) is var (name, scheme))
            {
                Add(operation, context.Document!, name, scheme);
            }

            if (metadata.OfType<GroupAccess>().Any())
            {
                operation.Description += " A trading group's own token opens it, too.";
                operation.Extensions![GroupToken] = new JsonNodeExtension(true);
                Add(operation, context.Document!, OfGroup.Scheme, Bearer(OfGroup));
            }

            return Task.CompletedTask;
        });

    /// <summary>Each by itself is enough.</summary>
    private static void Add(OpenApiOperation operation, OpenApiDocument document, string name, OpenApiSecurityScheme scheme)
    {
        document.AddComponent<IOpenApiSecurityScheme>(name, scheme);
        (operation.Security ??= []).Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, document)] = [] });
    }

    private static OpenApiSecurityScheme Bearer(BearerCredential credential) => new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = credential.Description };

    private static (string Name, OpenApiSecurityScheme Scheme)? Scheme(IList<object> metadata, string? role) =>
        metadata.OfType<BearerCredential>().LastOrDefault() is { } own
            ? (own.Scheme, Bearer(own))
            : role is not null
                ? (Jwt, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "From POST /api/v1/auth/login" })
                : null;
}
