package emulator

// Rooms and authorised teams as they are listed, tags, and the side door for what a person does in the
// console.
//
//	GET    /_watchbill/chat   {"slack": [{"workspace": "T0AAAAAAA", "name": ""}], "teams": [{"team": UUID, "tenant": UUID}], "rooms": [...]}
//	POST   /_watchbill/chat   {"slack": "T0AAAAAAA"} or {"team": UUID, "tenant": UUID}, and maybe "name": authorises it; answers like GET
//	DELETE /_watchbill/chat   the same body or query: takes the authorisation away; rooms stay

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// chatTeam is a row; its key is KIND/ID: a workspace or team that somebody has authorised.
type chatTeam struct {
	Kind   string
	ID     string
	Tenant string `json:",omitempty"`
	Name   string `json:",omitempty"`
}

type chatList struct {
	ChatConfigurationArn, NextToken, TeamId string
	MaxResults                              int
}

func newChatPage(c *call, in *chatList) (*pageRequest, error) {
	if in.MaxResults == 0 {
		in.MaxResults = 100
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, in.ChatConfigurationArn, in.TeamId)
	if !ok {
		return nil, chatError("InvalidParameterException", http.StatusBadRequest, "NextToken is not valid.")
	}
	return pg, nil
}

func chatPage(pg *pageRequest, title string, rows []map[string]any) any {
	out := map[string]any{title: orEmpty(rows)}
	if pg.next != "" {
		out["NextToken"] = pg.next
	}
	return out
}

// listRooms shows all of a kind, or the one that is asked for.
func listRooms(c *call, st *state, in *chatList) (any, error) {
	pg, err := newChatPage(c, in)
	if err != nil {
		return nil, err
	}
	kind := c.roomKind()
	var rows []map[string]any
	for _, r := range takePage(pg, st.chatRooms.after(kind+"/", pg.after), func(r *chatRoom) bool {
		return (in.ChatConfigurationArn == "" || r.ARN == in.ChatConfigurationArn) && (in.TeamId == "" || strings.EqualFold(r.Team, in.TeamId))
	}) {
		rows = append(rows, r.out())
	}
	title := map[string]string{slackRoom: "SlackChannelConfigurations", teamsRoom: "TeamChannelConfigurations", chimeRoom: "WebhookConfigurations"}[kind]
	return chatPage(pg, title, rows), nil
}

func listChatTeams(c *call, st *state, in *chatList) (any, error) {
	pg, err := newChatPage(c, in)
	if err != nil {
		return nil, err
	}
	kind := c.roomKind()
	var rows []map[string]any
	for _, t := range takePage(pg, st.chatTeams.after(kind+"/", pg.after), nil) {
		if kind == slackRoom {
			rows = append(rows, map[string]any{"SlackTeamId": t.ID, "SlackTeamName": t.Name, "State": "ENABLED"})
			continue
		}
		rows = append(rows, map[string]any{"TeamId": t.ID, "TenantId": t.Tenant, "TeamName": t.Name, "State": "ENABLED"})
	}
	if kind == slackRoom {
		return chatPage(pg, "SlackWorkspaces", rows), nil
	}
	return chatPage(pg, "ConfiguredTeams", rows), nil
}

// dropChatTeam succeeds for one that was not authorised.
func dropChatTeam(c *call, tx *tx, in *struct{ SlackTeamId, TeamId string }) (any, error) {
	tx.chatTeams.put(tx, c.roomKind()+"/"+in.SlackTeamId+strings.ToLower(in.TeamId), nil)
	return nil, nil
}

func changeRoomTags(c *call, tx *tx, arn string, change func(map[string]string)) (any, error) {
	old, err := findRoom(c, tx.state, arn)
	if err != nil {
		return nil, err
	}
	r := *old
	r.Tags = map[string]string{}
	maps.Copy(r.Tags, old.Tags)
	change(r.Tags)
	if len(r.Tags) > maxTags {
		return nil, chatError("TooManyTagsException", http.StatusBadRequest, "A configuration can have 50 tags.")
	}
	tx.chatRooms.put(tx, r.key(), &r)
	return nil, nil
}

func tagRoom(c *call, tx *tx, in *struct {
	ResourceARN string
	Tags        []chatTag
}) (any, error) {
	return changeRoomTags(c, tx, in.ResourceARN, func(tags map[string]string) {
		for _, t := range in.Tags {
			tags[t.TagKey] = t.TagValue
		}
	})
}

func untagRoom(c *call, tx *tx, in *struct {
	ResourceARN string
	TagKeys     []string
}) (any, error) {
	return changeRoomTags(c, tx, in.ResourceARN, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
}

func listRoomTags(c *call, st *state, in *struct{ ResourceARN string }) (any, error) {
	r, err := findRoom(c, st, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Tags": r.tags()}, nil
}

// chatOrder is what a client of the side door says.
type chatOrder struct {
	Slack  string `json:"slack"`
	Team   string `json:"team"`
	Tenant string `json:"tenant"`
	Name   string `json:"name"`
}

// authorised is the row an order speaks of, nil for an order that makes no sense.
func (o chatOrder) authorised(needTenant bool) *chatTeam {
	fits := func(s *shape, text string) bool { return s.textProblem(text) == "" }
	switch {
	case o.Slack != "" && o.Team == "" && o.Tenant == "" && fits(slackTeam, o.Slack):
		return &chatTeam{Kind: slackRoom, ID: o.Slack, Name: o.Name}
	case o.Slack == "" && fits(teamsID, o.Team) && (fits(teamsID, o.Tenant) || !needTenant):
		return &chatTeam{Kind: teamsRoom, ID: strings.ToLower(o.Team), Tenant: strings.ToLower(o.Tenant), Name: o.Name}
	}
	return nil
}

const maxChatBody = 4 << 10

func (s *Server) chatDoor(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		order := chatOrder{Slack: r.URL.Query().Get("slack"), Team: r.URL.Query().Get("team")}
		if r.Method == http.MethodPost || order == (chatOrder{}) && r.Body != nil {
			body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxChatBody))
			body.DisallowUnknownFields()
			if err := body.Decode(&order); err != nil {
				order = chatOrder{}
			}
		}
		team := order.authorised(r.Method == http.MethodPost)
		if team == nil {
			http.Error(w, `chat: send {"slack": "T0AAAAAAA"} or {"team": UUID, "tenant": UUID}, and "name" if you like`, http.StatusBadRequest)
			return
		}
		err := s.store.update(func(tx *tx) error {
			row := team
			if r.Method == http.MethodDelete {
				row = nil
			}
			tx.chatTeams.put(tx, team.Kind+"/"+team.ID, row)
			return nil
		})
		if err != nil {
			http.Error(w, "chat: the store failed", http.StatusInternalServerError)
			return
		}
	}
	s.store.view(func(st *state) { sendJSON(w, shownChat(st)) })
}

func shownChat(st *state) any {
	type workspace struct {
		Workspace string `json:"workspace"`
		Name      string `json:"name,omitempty"`
	}
	type team struct {
		Team   string `json:"team"`
		Tenant string `json:"tenant"`
		Name   string `json:"name,omitempty"`
	}
	type room struct {
		ARN    string   `json:"arn"`
		Topics []string `json:"topics"`
	}
	out := struct {
		Slack []workspace `json:"slack"`
		Teams []team      `json:"teams"`
		Rooms []room      `json:"rooms"`
	}{[]workspace{}, []team{}, []room{}}
	for _, t := range st.chatTeams.below("") {
		if t.Kind == slackRoom {
			out.Slack = append(out.Slack, workspace{t.ID, t.Name})
			continue
		}
		out.Teams = append(out.Teams, team{t.ID, t.Tenant, t.Name})
	}
	for _, r := range st.chatRooms.below("") {
		out.Rooms = append(out.Rooms, room{r.ARN, r.Topics})
	}
	return out
}
