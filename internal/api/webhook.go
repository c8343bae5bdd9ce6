package api

import (
	"context"

	"paiza"
	"paiza/wire"
)

type webhooksInput struct {
	All bool `query:"all" doc:"Everybody's, for who operates the node; their paths are not shown."`
}

type webhookListOutput struct{ Body wire.WebhookList }

func (a *API) listWebhooks(ctx context.Context, in *webhooksInput) (*webhookListOutput, error) {
	list, err := a.desk.Webhooks(ctx, who(ctx), in.All)
	if err != nil {
		return nil, err
	}
	out := &webhookListOutput{wire.WebhookList{Webhooks: make([]wire.Webhook, len(list))}}
	for i, h := range list {
		out.Body.Webhooks[i] = wire.FromWebhook(h, h.Person == who(ctx).ID)
	}
	return out, nil
}

type newWebhookInput struct{ Body wire.NewWebhook }

type madeWebhookOutput struct{ Body wire.MadeWebhook }

func (a *API) createWebhook(ctx context.Context, in *newWebhookInput) (*madeWebhookOutput, error) {
	h, secret, err := a.desk.CreateWebhook(ctx, who(ctx), in.Body.ToNewWebhook())
	if err != nil {
		return nil, err
	}
	return &madeWebhookOutput{wire.MadeWebhook{Webhook: wire.FromWebhook(h, true), Secret: secret}}, nil
}

type webhookOutput struct{ Body wire.Webhook }

// changedWebhook answers an act on a webhook.
func changedWebhook(ctx context.Context, h paiza.Webhook, err error) (*webhookOutput, error) {
	if err != nil {
		return nil, err
	}
	return &webhookOutput{wire.FromWebhook(h, h.Person == who(ctx).ID)}, nil
}

func (a *API) getWebhook(ctx context.Context, in *IDInput) (*webhookOutput, error) {
	h, err := a.desk.Webhook(ctx, who(ctx), in.ID)
	return changedWebhook(ctx, h.Webhook, err)
}

type deliveryListOutput struct{ Body wire.DeliveryList }

func (a *API) listDeliveries(ctx context.Context, in *IDInput) (*deliveryListOutput, error) {
	h, err := a.desk.Webhook(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &deliveryListOutput{wire.DeliveryList{Deliveries: make([]wire.Delivery, len(h.Deliveries))}}
	for i, one := range h.Deliveries {
		out.Body.Deliveries[i] = wire.FromDelivery(one)
	}
	return out, nil
}

// webhookReasonInput names a webhook and why something is done to it.
type webhookReasonInput struct {
	IDInput
	Reason string `query:"reason" maxLength:"1000" doc:"Why, for the ledger."`
}

func (a *API) pauseWebhook(ctx context.Context, in *webhookReasonInput) (*webhookOutput, error) {
	h, err := a.desk.PauseWebhook(ctx, who(ctx), in.ID, in.Reason)
	return changedWebhook(ctx, h, err)
}

func (a *API) resumeWebhook(ctx context.Context, in *webhookReasonInput) (*webhookOutput, error) {
	h, err := a.desk.ResumeWebhook(ctx, who(ctx), in.ID, in.Reason)
	return changedWebhook(ctx, h, err)
}

func (a *API) testWebhook(ctx context.Context, in *IDInput) (*webhookOutput, error) {
	h, err := a.desk.TestWebhook(ctx, who(ctx), in.ID)
	return changedWebhook(ctx, h, err)
}

type replayInput struct {
	IDInput
	Body wire.Replay
}

func (a *API) replayWebhook(ctx context.Context, in *replayInput) (*webhookOutput, error) {
	after, err := paiza.ParseEventID(in.Body.After)
	if err != nil {
		return nil, err
	}
	h, err := a.desk.ReplayWebhook(ctx, who(ctx), in.ID, after, in.Body.Reason)
	return changedWebhook(ctx, h, err)
}

func (a *API) removeWebhook(ctx context.Context, in *webhookReasonInput) (*struct{}, error) {
	return nil, a.desk.RemoveWebhook(ctx, who(ctx), in.ID, in.Reason)
}
