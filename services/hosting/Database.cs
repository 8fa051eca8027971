using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting;

/// <summary>
/// PostgreSQL for a service: one data source a process, one schema a service. Connections keep their prepared statements from one use to the
/// next; whoever needs a session's own state (a lock that ends with it) takes one from the data source named <see cref="Sessions"/>.
/// </summary>
public static class Database
{
    public const string Sessions = "sessions";

    private const int PreparedStatements = 64;
    private const int UsesUntilPrepared = 2;

    public const string DefaultConnection = "Host=127.0.0.1;Port=5432;Username=trading;Database=trading";

    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var parts = builder.Configuration.Read<PostgresOptions>(PostgresOptions.Section);
        var connection = parts.Compose(builder.Configuration.GetConnectionString("Postgres"));
        connection.ApplicationName = builder.Environment.ApplicationName;
        // ContainsKey would be true for every keyword that exists, set or not.
        if (!connection.ShouldSerialize("Maximum Pool Size"))
        {
            connection.MaxPoolSize = 40;
        }

        // Nothing here leaves state behind in a pooled session, and cleaning it up would throw the prepared statements away.
        connection.NoResetOnClose = true;
        if (!connection.ShouldSerialize("Max Auto Prepare"))
        {
            connection.MaxAutoPrepare = PreparedStatements;
            connection.AutoPrepareMinUsages = UsesUntilPrepared;
        }

        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        var sessions = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Pooling = false };
        builder.Services.AddKeyedSingleton(Sessions, (_, _) => NpgsqlDataSource.Create(sessions));
    }

    /// <summary>Registers the context for injection and its pooled factory; its migrations history lives in its own schema.</summary>
    public static void AddServiceDb<TContext>(this IServiceCollection services, string schema)
        where TContext : DbContext
    {
        services.AddPooledDbContextFactory<TContext>((provider, options) => Configure(options, schema, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
    }

    /// <summary>For <c>IDesignTimeDbContextFactory</c>: the model needs no server.</summary>
    public static DbContextOptions<TContext> DesignOptions<TContext>(string schema)
        where TContext : DbContext
    {
        var options = new DbContextOptionsBuilder<TContext>();
        options.UseNpgsql(DefaultConnection, x => x.MigrationsHistoryTable("__ef_migrations_history", schema));
        return options.Options;
    }

    public static async Task MigrateAsync<TContext>(IServiceProvider services, CancellationToken cancellationToken)
        where TContext : DbContext
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync(cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>
    /// Call last in <c>OnModelCreating</c>: tables, columns, keys and indexes in snake_case, money as numeric(38,18), read without its padding.
    /// </summary>
    public static void UseConventions(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.GetColumnName()));
                if (Nullable.GetUnderlyingType(property.ClrType) == typeof(decimal) || property.ClrType == typeof(decimal))
                {
                    property.SetPrecision(38);
                    property.SetScale(18);
                    property.SetValueConverter(new PlainDecimal.Column());
                }
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName(Snake(key.GetName()!));
            }

            foreach (var key in entity.GetForeignKeys())
            {
                key.SetConstraintName(Snake(key.GetConstraintName()!));
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(Snake(index.GetDatabaseName()!));
            }
        }
    }

    public static string Snake(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    private static void Configure(DbContextOptionsBuilder options, string schema, NpgsqlDataSource source) =>
        options.UseNpgsql(source, x => x.MigrationsHistoryTable("__ef_migrations_history", schema))
            // Whoever asked for the transaction gets the exception and knows whether it is an error; a deadline that passed is none.
            .ConfigureWarnings(w => w.Log((RelationalEventId.TransactionError, LogLevel.Warning)));
}
