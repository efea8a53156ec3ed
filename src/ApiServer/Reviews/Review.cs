using Navarch.Api;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>A kind that is a question: it is posted, answered at once and never stored.</summary>
internal abstract class Review
{
    public static readonly string[] Verbs = ["create"];

    public abstract ResourceType Type { get; }

    public abstract Schema Schema { get; }

    /// <param name="webhooks">Who is asked about the question before it is answered.</param>
    public abstract Task HandleAsync(ApiRequest request, WebhookAdmission webhooks);
}

internal abstract class Review<T> : Review where T : class, IResource<T>
{
    // No objects of it lie anywhere: it is what webhooks are told that the question is.
    private readonly Kind<T> kind = new(new Rules());

    public override ResourceType Type => T.ResourceType;

    public override Schema Schema => T.Schema;

    public override async Task HandleAsync(ApiRequest request, WebhookAdmission webhooks)
    {
        var info = request.Info;
        if (info.Verb != "create" || info.Name.Length > 0)
        {
            throw StatusErrors.MethodNotAllowed().AsException();
        }

        T question;
        using (var body = await BodyDecoder.ReadAsync(request, BodyDecoder.JsonOf<T>))
        {
            question = BodyDecoder.Decode<T>(body.Json, Type.Kind, Type.Version);
        }

        if (!webhooks.IsSilent)
        {
            question = (T)await webhooks.AdmitAsync(
                new HookedRequest { Operation = "CREATE", Kind = kind, Options = request.Write, Namespace = info.Namespace, Name = question.Metadata.Name, Value = question }, request.Aborted);
        }

        await WriteAnswerAsync(question, request);
    }

    /// <exception cref="StatusException">The question makes no sense.</exception>
    protected abstract Task WriteAnswerAsync(T question, ApiRequest request);

    private sealed class Rules : Resource<T>
    {
        public override bool IsStored => false;
    }
}

/// <summary>A question that comes back with its answer in it.</summary>
internal abstract class SelfAnsweringReview<T> : Review<T> where T : class, IResource<T>
{
    protected sealed override async Task WriteAnswerAsync(T question, ApiRequest request) =>
        await Responses.WriteAsync(request, 201, await AnswerAsync(question, request));

    /// <summary>The question with its answer.</summary>
    /// <exception cref="StatusException">The question makes no sense.</exception>
    protected abstract ValueTask<T> AnswerAsync(T question, ApiRequest request);
}
